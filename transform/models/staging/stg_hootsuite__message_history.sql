-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('message_history', [
    ['message_id', 'text'],
    ['sequence', 'integer'],
    ['actor_type', 'text'],
    ['actor_id', 'text'],
    ['action_type', 'text'],
    ['timestamp', 'timestamp'],
]) }}

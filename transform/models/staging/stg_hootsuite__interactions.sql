-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('interactions', [
    ['from_social_network_id', 'text'],
    ['to_social_network_id', 'text'],
    ['social_network_type', 'text'],
    ['external_message_id', 'text'],
    ['type', 'text'],
]) }}

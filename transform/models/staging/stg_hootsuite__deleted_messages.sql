-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('deleted_messages', [
    ['message_id', 'text'],
    ['social_profile_id', 'text'],
    ['scheduled_send_time', 'timestamp'],
    ['last_state', 'text'],
    ['missing_since', 'timestamp'],
    ['confirmed_at', 'timestamp'],
]) }}

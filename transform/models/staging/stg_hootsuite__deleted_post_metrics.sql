-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('deleted_post_metrics', [
    ['network_id', 'text'],
    ['social_profile_id', 'text'],
    ['datatype', 'text'],
    ['external_id', 'text'],
    ['missing_since', 'timestamp'],
    ['confirmed_at', 'timestamp'],
]) }}

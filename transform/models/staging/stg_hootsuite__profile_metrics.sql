-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('profile_metrics', [
    ['network_id', 'text'],
    ['social_profile_id', 'text'],
    ['datatype', 'text'],
    ['external_profile_id', 'text'],
    ['date', 'date'],
    ['metrics', 'document'],
]) }}

-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('post_metric_snapshots', [
    ['network_id', 'text'],
    ['social_profile_id', 'text'],
    ['datatype', 'text'],
    ['external_id', 'text'],
    ['captured_on', 'date'],
    ['created_at', 'timestamp'],
    ['last_refreshed', 'timestamp'],
    ['external_profile_id', 'text'],
    ['metrics', 'document'],
]) }}

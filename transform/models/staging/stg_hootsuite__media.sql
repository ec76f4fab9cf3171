-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('media', [
    ['id', 'text'],
    ['state', 'text'],
    ['download_url', 'text'],
    ['download_url_duration_seconds', 'integer'],
]) }}

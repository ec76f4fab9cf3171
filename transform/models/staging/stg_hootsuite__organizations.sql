-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('organizations', [
    ['id', 'text'],
    ['name', 'text'],
    ['logo_url', 'text'],
]) }}

-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('scim_groups', [
    ['schemas', 'document'],
    ['id', 'text'],
    ['resource_type', 'text'],
    ['created', 'timestamp'],
    ['last_modified', 'timestamp'],
    ['location', 'text'],
    ['display_name', 'text'],
    ['members', 'document'],
]) }}

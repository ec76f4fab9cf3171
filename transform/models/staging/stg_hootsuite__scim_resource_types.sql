-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('scim_resource_types', [
    ['schemas', 'document'],
    ['id', 'text'],
    ['name', 'text'],
    ['description', 'text'],
    ['endpoint', 'text'],
    ['schema', 'text'],
    ['schema_extensions', 'document'],
    ['meta', 'document'],
]) }}

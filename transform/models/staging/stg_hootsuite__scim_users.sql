-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('scim_users', [
    ['schemas', 'document'],
    ['id', 'text'],
    ['resource_type', 'text'],
    ['created', 'timestamp'],
    ['last_modified', 'timestamp'],
    ['user_name', 'text'],
    ['name', 'document'],
    ['emails', 'document'],
    ['display_name', 'text'],
    ['timezone', 'text'],
    ['preferred_language', 'text'],
    ['title', 'text'],
    ['groups', 'document'],
    ['active', 'boolean'],
    ['organization_ids', 'document'],
    ['team_ids', 'document'],
]) }}

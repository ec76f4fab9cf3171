-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('team_member_permissions', [
    ['organization_id', 'text'],
    ['team_id', 'text'],
    ['member_id', 'text'],
    ['permissions', 'document'],
    ['permission_preset', 'text'],
]) }}

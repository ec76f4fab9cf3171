-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('teams', [
    ['organization_id', 'text'],
    ['id', 'text'],
    ['name', 'text'],
    ['logo_url', 'text'],
    ['created_date', 'timestamp'],
    ['created_by_member_id', 'text'],
    ['modified_date', 'timestamp'],
    ['modified_by_member_id', 'text'],
]) }}

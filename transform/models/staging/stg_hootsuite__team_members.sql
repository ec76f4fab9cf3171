-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('team_members', [
    ['organization_id', 'text'],
    ['team_id', 'text'],
    ['member_id', 'text'],
]) }}

-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('organization_member_teams', [
    ['organization_id', 'text'],
    ['member_id', 'text'],
    ['team_id', 'text'],
]) }}

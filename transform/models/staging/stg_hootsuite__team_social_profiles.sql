-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('team_social_profiles', [
    ['organization_id', 'text'],
    ['team_id', 'text'],
    ['social_profile_id', 'text'],
]) }}

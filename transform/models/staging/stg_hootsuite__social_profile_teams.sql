-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('social_profile_teams', [
    ['social_profile_id', 'text'],
    ['team_id', 'text'],
]) }}

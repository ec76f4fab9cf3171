-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('organization_member_social_profiles', [
    ['organization_id', 'text'],
    ['member_id', 'text'],
    ['social_profile_id', 'text'],
]) }}

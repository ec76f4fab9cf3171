-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('social_profile_permissions', [
    ['organization_id', 'text'],
    ['member_id', 'text'],
    ['social_profile_id', 'text'],
    ['permissions', 'document'],
    ['permission_preset', 'text'],
]) }}

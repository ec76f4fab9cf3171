-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('social_profiles', [
    ['id', 'text'],
    ['type', 'text'],
    ['social_network_id', 'text'],
    ['social_network_username', 'text'],
    ['avatar_url', 'text'],
    ['owner', 'text'],
    ['owner_id', 'text'],
    ['is_reauth_required', 'integer'],
]) }}

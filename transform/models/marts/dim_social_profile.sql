with names as (
    select
        zones.social_profile_id,
        zones.time_zone,
        coalesce(profiles.is_visible, false) as is_visible,
        profiles.disconnected_at,
        coalesce(networks.network, 'unknown') as network,
        coalesce(networks.label, profiles.type, 'Unknown') as network_label,
        profiles.type,
        coalesce(profiles.social_network_username, profiles.social_network_id, zones.social_profile_id) as name,
        profiles.owner,
        profiles.owner_id,
        coalesce(profiles.is_reauth_required, false) as is_reauth_required
    from {{ ref('int_profile_time_zones') }} as zones
    left join {{ ref('int_profiles') }} as profiles on zones.social_profile_id = profiles.social_profile_id
    left join {{ ref('networks') }} as networks on profiles.type = networks.type
)

select
    social_profile_id,
    network,
    network_label,
    type,
    name,
    name || ' · ' || network_label as label,
    case when owner = 'ORGANIZATION' then owner_id end as organization_id,
    case when owner = 'MEMBER' then owner_id end as owner_member_id,
    is_visible,
    disconnected_at,
    is_reauth_required,
    time_zone
from names

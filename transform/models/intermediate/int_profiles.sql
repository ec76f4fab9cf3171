-- Profiles that the last load saw, and those that an earlier build saw and that were disconnected since, as last seen.
with kept as (
    select
        *,
        row_number() over (partition by id order by dbt_valid_from desc, dbt_valid_to desc nulls first) as place
    from {{ ref('snap_hootsuite__social_profiles') }}
)

select
    id as social_profile_id,
    type,
    social_network_id,
    social_network_username,
    owner,
    owner_id,
    is_reauth_required = 1 as is_reauth_required,
    true as is_visible,
    cast(null as timestamp) as disconnected_at
from {{ ref('stg_hootsuite__social_profiles') }}
union all
select
    id,
    type,
    social_network_id,
    social_network_username,
    owner,
    owner_id,
    false,
    false,
    cast(dbt_valid_to as timestamp)
from kept
where place = 1 and id not in (select id from {{ ref('stg_hootsuite__social_profiles') }})

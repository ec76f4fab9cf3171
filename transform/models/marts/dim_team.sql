with people as (
    select team_id, cast(count(*) as bigint) as members
    from {{ ref('stg_hootsuite__team_members') }}
    group by team_id
),

profiles as (
    select team_id, cast(count(*) as bigint) as profiles
    from {{ ref('stg_hootsuite__team_social_profiles') }}
    group by team_id
)

select
    teams.id as team_id,
    teams.organization_id,
    teams.name,
    coalesce(people.members, 0) as member_count,
    coalesce(profiles.profiles, 0) as social_profile_count,
    teams.created_date as created_at
from {{ ref('stg_hootsuite__teams') }} as teams
left join people on teams.id = people.team_id
left join profiles on teams.id = profiles.team_id

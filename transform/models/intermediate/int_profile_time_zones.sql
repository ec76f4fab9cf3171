-- The clock of each profile: seed, variable, then the reading member's, then UTC. Names that the warehouse
-- does not know are passed over, since a wrong one would stop the build.
with profiles as (
    select social_profile_id from {{ ref('int_profiles') }}
    {%- for stream in ['messages', 'deleted_messages', 'post_metrics', 'profile_metrics'] %}
    union
    select social_profile_id from {{ ref('stg_hootsuite__' ~ stream) }} where social_profile_id is not null
    {%- endfor %}
),

known as (
    select distinct name from pg_timezone_names()
),

candidates as (
    select social_profile_id, time_zone, 1 as priority from {{ ref('profile_time_zones') }}
    {%- if var('default_time_zone', none) %}
    union all
    select social_profile_id, '{{ var("default_time_zone") }}', 2 from profiles
    {%- endif %}
    union all
    select profiles.social_profile_id, member.timezone, 3
    from profiles cross join {{ ref('stg_hootsuite__me') }} as member
),

ranked as (
    select
        candidates.social_profile_id,
        candidates.time_zone,
        row_number() over (
            partition by candidates.social_profile_id order by candidates.priority, candidates.time_zone
        ) as place
    from candidates
    inner join known on candidates.time_zone = known.name
)

select
    profiles.social_profile_id,
    coalesce(ranked.time_zone, 'UTC') as time_zone
from profiles
left join ranked on profiles.social_profile_id = ranked.social_profile_id and ranked.place = 1

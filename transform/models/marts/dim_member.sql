-- Members as far as they may be read; authors and reviewers who may not are known by their id alone.
with ids as (
    select id as member_id from {{ ref('stg_hootsuite__members') }}
    union
    select member_id from {{ ref('stg_hootsuite__organization_members') }}
    union
    select created_by_member_id from {{ ref('stg_hootsuite__messages') }} where created_by_member_id is not null
    union
    select actor_id from {{ ref('stg_hootsuite__message_history') }} where actor_type = 'MEMBER' and actor_id is not null
),

seats as (
    select member_id, cast(count(*) as bigint) as organizations
    from {{ ref('stg_hootsuite__organization_members') }}
    group by member_id
)

select
    ids.member_id,
    coalesce(members.full_name, members.email, ids.member_id) as name,
    members.email,
    members.is_active,
    coalesce(seats.organizations, 0) > 0 as has_seat,
    members.timezone as time_zone,
    members.language,
    members.created_date as created_at
from ids
left join {{ ref('stg_hootsuite__members') }} as members on ids.member_id = members.id
left join seats on ids.member_id = seats.member_id

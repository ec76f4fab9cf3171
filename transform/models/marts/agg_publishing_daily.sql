-- One row per profile and day on the profile's clock, from its first post to its last, days without a post included.
with posts as (
    select * from {{ ref('fct_post') }} where local_date is not null and social_profile_id is not null
),

ranges as (
    select social_profile_id, min(local_date) as first_day, max(local_date) as last_day
    from posts
    group by social_profile_id
),

every_day as (
    select ranges.social_profile_id, cast(calendar.day as date) as local_date
    from ranges
    {{ days('ranges.first_day', 'ranges.last_day') }}
)

select
    every_day.social_profile_id,
    every_day.local_date,
    {%- for status in ['sent', 'failed', 'scheduled', 'pending_approval', 'rejected', 'expired', 'deleted'] %}
    cast(count(case when posts.status = '{{ status }}' then 1 end) as bigint) as {{ status }},
    {%- endfor %}
    cast(count(case when posts.status = 'sent' and posts.media_count > 0 then 1 end) as bigint) as sent_with_media,
    cast(count(case when posts.status = 'sent' and posts.link_count > 0 then 1 end) as bigint) as sent_with_link
from every_day
left join posts
    on every_day.social_profile_id = posts.social_profile_id and every_day.local_date = posts.local_date
group by every_day.social_profile_id, every_day.local_date

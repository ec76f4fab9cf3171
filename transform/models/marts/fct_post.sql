with posts as (
    select
        posts.*,
        zones.time_zone,
        {{ local_time('posts.scheduled_at', 'zones.time_zone') }} as scheduled_local
    from {{ ref('int_posts') }} as posts
    left join {{ ref('int_profile_time_zones') }} as zones on posts.social_profile_id = zones.social_profile_id
)

select
    posts.message_id,
    posts.social_profile_id,
    case
        when posts.is_deleted then 'deleted'
        when posts.state = 'SENT' then 'sent'
        when posts.state = 'SEND_FAILED_PERMANENTLY' then 'failed'
        when posts.state in ('SCHEDULED', 'SUBMITTED') then 'scheduled'
        when posts.state = 'PENDING_APPROVAL' then 'pending_approval'
        when posts.state = 'REJECTED' and reviews.decision = 'EXPIRE' then 'expired'
        when posts.state = 'REJECTED' then 'rejected'
        else 'unknown'
    end as status,
    posts.state,
    posts.scheduled_at,
    posts.time_zone,
    cast(posts.scheduled_local as timestamp) as scheduled_local,
    cast(posts.scheduled_local as date) as local_date,
    cast(extract(isodow from posts.scheduled_local) as bigint) as local_weekday,
    cast(extract(hour from posts.scheduled_local) as bigint) as local_hour,
    md5(
        coalesce(posts.text, posts.message_id) || '|' || coalesce(posts.created_by_member_id, '') || '|'
        || coalesce(cast(posts.scheduled_at as text), posts.message_id)
    ) as content_id,
    posts.text,
    cast(length(posts.text) as bigint) as text_length,
    {{ occurrences("coalesce(posts.text, '')", 'https://') }}
    + {{ occurrences("coalesce(posts.text, '')", 'http://') }} as link_count,
    coalesce(hashtags.hashtags, 0) as hashtag_count,
    {{ json_count('posts.tags') }} as tag_count,
    {{ json_count('posts.media') }} + {{ json_count('posts.media_urls') }} as media_count,
    posts.created_by_member_id,
    reviews.message_id is not null as is_reviewed,
    reviews.written_at,
    reviews.decision as last_decision,
    reviews.decided_at,
    reviews.decided_by_member_id,
    cast(reviews.review_seconds as double precision) / 60 as review_minutes,
    case
        when reviews.decision = 'APPROVE' then {{ minutes_between('reviews.decided_at', 'posts.scheduled_at') }}
    end as approval_lead_minutes,
    posts.deleted_at,
    posts.post_id,
    posts.post_url
from posts
left join {{ ref('int_post_reviews') }} as reviews on posts.message_id = reviews.message_id
left join (
    select message_id, cast(count(*) as bigint) as hashtags
    from {{ ref('int_post_hashtags') }}
    group by message_id
) as hashtags on posts.message_id = hashtags.message_id

-- What was planned beside what analytics knows: sent messages, and posts that were published without Hootsuite.
with network_posts as (
    select
        posts.*,
        matches.message_id,
        matches.matched_by
    from {{ ref('int_network_posts') }} as posts
    left join {{ ref('int_post_matches') }} as matches on posts.network_post_id = matches.network_post_id
    where posts.is_main
),

-- The network's own total, else the sum of what it tells. What it does not tell stays unknown.
engagements as (
    select
        network_post_id,
        coalesce(
            max(case when meaning = 'engagement' then value end), sum(case when meaning = 'interaction' then value end)
        ) as engagement
    from {{ ref('fct_post_metric') }}
    where datatype = 'ORGANIC'
    group by network_post_id
),

ranked_views as (
    select
        metrics.network_post_id,
        metrics.value as views,
        row_number() over (
            partition by metrics.network_post_id order by meanings.priority, metrics.value desc
        ) as place
    from {{ ref('fct_post_metric') }} as metrics
    inner join {{ ref('metric_meanings') }} as meanings on metrics.metric = meanings.metric and meanings.meaning = 'views'
    where metrics.datatype = 'ORGANIC'
),

joined as (
    select
        coalesce(messages.message_id, network_posts.network_post_id) as post_key,
        case
            when messages.message_id is null then 'native'
            when network_posts.network_post_id is not null then network_posts.matched_by
            when measured.social_profile_id is not null then 'unmatched'
            else 'not_measured'
        end as match_status,
        messages.message_id,
        network_posts.network_post_id,
        coalesce(network_posts.social_profile_id, messages.social_profile_id) as social_profile_id,
        coalesce(network_posts.created_at, messages.scheduled_at) as published_at,
        messages.content_id,
        messages.created_by_member_id,
        coalesce(network_posts.content, messages.text) as text,
        coalesce(network_posts.source_link, messages.post_url) as post_url,
        network_posts.post_type,
        network_posts.is_viral,
        network_posts.deleted_at,
        engagements.engagement,
        ranked_views.views,
        network_posts.last_refreshed
    from (
        select * from {{ ref('fct_post') }}
        where status = 'sent' or message_id in (select message_id from {{ ref('int_post_matches') }})
    ) as messages
    full outer join network_posts on messages.message_id = network_posts.message_id
    left join (
        select distinct social_profile_id from network_posts
    ) as measured on messages.social_profile_id = measured.social_profile_id
    left join engagements on network_posts.network_post_id = engagements.network_post_id
    left join ranked_views
        on network_posts.network_post_id = ranked_views.network_post_id and ranked_views.place = 1
),

usual as (
    select
        social_profile_id,
        cast(percentile_cont(0.5) within group (order by engagement) as double precision) as usual_engagement
    from joined
    where engagement is not null
    group by social_profile_id
),

on_the_clock as (
    select
        joined.*,
        usual.usual_engagement,
        {{ local_time('joined.published_at', 'zones.time_zone') }} as published_local
    from joined
    left join usual on joined.social_profile_id = usual.social_profile_id
    left join {{ ref('int_profile_time_zones') }} as zones on joined.social_profile_id = zones.social_profile_id
)

select
    post_key,
    match_status,
    message_id,
    network_post_id,
    social_profile_id,
    published_at,
    cast(published_local as timestamp) as published_local,
    cast(published_local as date) as local_date,
    cast(extract(isodow from published_local) as bigint) as local_weekday,
    cast(extract(hour from published_local) as bigint) as local_hour,
    content_id,
    created_by_member_id,
    text,
    post_url,
    post_type,
    is_viral,
    deleted_at,
    engagement,
    usual_engagement,
    engagement / nullif(usual_engagement, 0) as engagement_ratio,
    views,
    last_refreshed
from on_the_clock

-- Which message a post of analytics was: by the network's id of the post on the same account, else by its address.
-- Networks write some ids in two ways, and not all tell the address. A message is one post, and a post one message.
with network_posts as (
    select
        network_post_id,
        social_profile_id,
        account_id,
        external_id,
        created_at,
        {{ link_key('source_link') }} as link_key
    from {{ ref('int_network_posts') }}
    where is_main
),

messages as (
    select
        posts.message_id,
        posts.social_profile_id,
        profiles.social_network_id as account_id,
        posts.scheduled_at,
        posts.post_id,
        {{ link_key('posts.post_url') }} as link_key
    from {{ ref('int_posts') }} as posts
    left join {{ ref('int_profiles') }} as profiles on posts.social_profile_id = profiles.social_profile_id
),

pairs as (
    select
        network_posts.network_post_id,
        messages.message_id,
        'post_id' as matched_by,
        case when network_posts.social_profile_id = messages.social_profile_id then 1 else 2 end as priority,
        abs({{ seconds_between('network_posts.created_at', 'messages.scheduled_at') }}) as seconds_apart
    from network_posts
    inner join messages on network_posts.external_id = messages.post_id
    where
        network_posts.social_profile_id = messages.social_profile_id
        or network_posts.account_id = messages.account_id
        -- The profile was disconnected before anybody looked.
        or messages.account_id is null
    union all
    select
        network_posts.network_post_id,
        messages.message_id,
        'permalink',
        3,
        abs({{ seconds_between('network_posts.created_at', 'messages.scheduled_at') }})
    from network_posts
    inner join messages on network_posts.link_key = messages.link_key
),

best_message as (
    select
        *,
        row_number() over (
            partition by network_post_id order by priority, seconds_apart nulls last, message_id
        ) as place
    from pairs
),

best_post as (
    select
        *,
        row_number() over (
            partition by message_id order by priority, seconds_apart nulls last, network_post_id
        ) as place_of_post
    from best_message
    where place = 1
)

select network_post_id, message_id, matched_by
from best_post
where place_of_post = 1

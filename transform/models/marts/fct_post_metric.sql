select
    posts.network_post_id,
    posts.datatype,
    pair.key as metric,
    {{ json_number('pair.value') }} as value,
    meanings.meaning,
    posts.network_id,
    posts.social_profile_id,
    posts.external_id,
    matches.message_id,
    posts.last_refreshed
from {{ ref('int_network_posts') }} as posts
{{ json_pairs('posts.metrics') }}
left join {{ ref('metric_meanings') }} as meanings on pair.key = meanings.metric and meanings.meaning <> 'followers'
left join {{ ref('int_post_matches') }} as matches on posts.network_post_id = matches.network_post_id
where {{ json_number('pair.value') }} is not null

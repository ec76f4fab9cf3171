select distinct
    posts.message_id,
    {{ json_string('item.value') }} as tag
from {{ ref('int_posts') }} as posts
{{ json_items('posts.tags') }}
where {{ json_string('item.value') }} is not null

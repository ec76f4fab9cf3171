select message_id, hashtag from {{ ref('int_post_hashtags') }}

-- Hashtags of each message as they were written, without the punctuation behind them.
with found as (
    select
        posts.message_id,
        rtrim(word.value, '.,;:!?)]}"''') as hashtag
    from {{ ref('int_posts') }} as posts
    {{ words('posts.text') }}
    where word.value like '#%'
)

select distinct message_id, hashtag
from found
where length(hashtag) > 1

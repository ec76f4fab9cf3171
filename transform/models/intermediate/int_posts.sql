-- Every message that was ever loaded: those that stand, and those that the platform has deleted. A deleted one
-- that a full refresh removed from `messages` is known by its tombstone alone.
select
    coalesce(messages.id, deleted.message_id) as message_id,
    coalesce(messages.social_profile_id, deleted.social_profile_id) as social_profile_id,
    coalesce(messages.scheduled_send_time, deleted.scheduled_send_time) as scheduled_at,
    coalesce(messages.state, deleted.last_state) as state,
    deleted.message_id is not null as is_deleted,
    deleted.confirmed_at as deleted_at,
    messages.text,
    messages.tags,
    messages.media,
    messages.media_urls,
    messages.post_id,
    messages.post_url,
    messages.created_by_member_id,
    messages.reviewers,
    messages.sequence_number
from {{ ref('stg_hootsuite__messages') }} as messages
full outer join {{ ref('stg_hootsuite__deleted_messages') }} as deleted on messages.id = deleted.message_id

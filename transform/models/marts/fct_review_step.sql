select
    message_id,
    sequence,
    action_type,
    actor_type,
    case when actor_type = 'MEMBER' then actor_id end as member_id,
    "timestamp" as happened_at,
    {{ minutes_between(
        'lag("timestamp") over (partition by message_id order by sequence)', '"timestamp"'
    ) }} as minutes_since_previous
from {{ ref('stg_hootsuite__message_history') }}

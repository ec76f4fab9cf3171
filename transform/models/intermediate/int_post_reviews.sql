-- One row per message with a history: when it was written, and the last decision on it.
with steps as (
    select
        message_id,
        sequence,
        action_type,
        actor_type,
        actor_id,
        "timestamp" as happened_at
    from {{ ref('stg_hootsuite__message_history') }}
),

decisions as (
    select
        *,
        row_number() over (partition by message_id order by sequence desc) as place
    from steps
    where action_type in ('APPROVE', 'REJECT', 'EXPIRE')
),

written as (
    select
        message_id,
        min(case when action_type = 'CREATE' then happened_at end) as written_at,
        -- An edit or a reset starts the review anew.
        max(case when action_type in ('CREATE', 'EDIT', 'RESET') then happened_at end) as submitted_at
    from steps
    group by message_id
)

select
    written.message_id,
    written.written_at,
    decisions.action_type as decision,
    decisions.happened_at as decided_at,
    case when decisions.actor_type = 'MEMBER' then decisions.actor_id end as decided_by_member_id,
    case
        when decisions.action_type in ('APPROVE', 'REJECT') and written.submitted_at <= decisions.happened_at
            then {{ seconds_between('written.submitted_at', 'decisions.happened_at') }}
    end as review_seconds
from written
left join decisions on written.message_id = decisions.message_id and decisions.place = 1

-- One row per member and month: what the member wrote (by the post's local month), and what the member decided (by the
-- month of the decision, UTC).
with written as (
    select
        created_by_member_id as member_id,
        cast(date_trunc('month', local_date) as date) as "month",
        cast(count(*) as bigint) as posts,
        cast(count(case when status = 'sent' then 1 end) as bigint) as sent,
        cast(count(case when status = 'failed' then 1 end) as bigint) as failed
    from {{ ref('fct_post') }}
    where created_by_member_id is not null and local_date is not null
    group by 1, 2
),

decided as (
    select
        decided_by_member_id as member_id,
        cast(date_trunc('month', decided_at) as date) as "month",
        cast(count(case when decision = 'APPROVE' then 1 end) as bigint) as approved,
        cast(count(case when decision = 'REJECT' then 1 end) as bigint) as rejected,
        cast(percentile_cont(0.5) within group (order by review_seconds) as double precision) / 60 as median_review_minutes
    from {{ ref('int_post_reviews') }}
    where decided_by_member_id is not null
    group by 1, 2
)

select
    coalesce(written.member_id, decided.member_id) as member_id,
    coalesce(written."month", decided."month") as "month",
    coalesce(written.posts, 0) as posts,
    coalesce(written.sent, 0) as sent,
    coalesce(written.failed, 0) as failed,
    coalesce(decided.approved, 0) as approved,
    coalesce(decided.rejected, 0) as rejected,
    decided.median_review_minutes
from written
full outer join decided on written.member_id = decided.member_id and written."month" = decided."month"

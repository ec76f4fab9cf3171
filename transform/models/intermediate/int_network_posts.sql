-- Posts that analytics knows, with their newest figures: one row per post and datatype. An account that was connected
-- anew has another profile id, and its posts come again under that one: the newest counts.
with named as (
    select
        *,
        coalesce(external_profile_id, social_profile_id) as account_id
    from {{ ref('stg_hootsuite__post_metrics') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by network_id, account_id, external_id, datatype
            order by last_refreshed desc nulls last, social_profile_id desc
        ) as place
    from named
),

-- A post that analytics shows again after that is not deleted.
deleted as (
    select
        network_id,
        social_profile_id,
        datatype,
        external_id,
        max(confirmed_at) as confirmed_at,
        max(missing_since) as deleted_at
    from {{ ref('stg_hootsuite__deleted_post_metrics') }}
    group by network_id, social_profile_id, datatype, external_id
)

select
    ranked.network_id || ':' || ranked.account_id || ':' || ranked.external_id as network_post_id,
    ranked.network_id,
    ranked.social_profile_id,
    ranked.account_id,
    ranked.external_id,
    ranked.datatype,
    ranked.created_at,
    ranked.last_refreshed,
    ranked.source_link,
    ranked.content,
    ranked.post_type,
    ranked.is_viral,
    ranked.metrics,
    case when deleted.confirmed_at >= coalesce(ranked.last_refreshed, deleted.confirmed_at) then deleted.deleted_at end
        as deleted_at,
    -- One row speaks for the post, whatever datatypes there are.
    row_number() over (
        partition by ranked.network_id, ranked.account_id, ranked.external_id
        order by case when ranked.datatype = 'ORGANIC' then 0 else 1 end, ranked.datatype
    ) = 1 as is_main
from ranked
left join deleted
    on
        ranked.network_id = deleted.network_id
        and ranked.social_profile_id = deleted.social_profile_id
        and ranked.datatype = deleted.datatype
        and ranked.external_id = deleted.external_id
where ranked.place = 1

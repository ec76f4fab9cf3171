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
)

select
    network_id || ':' || account_id || ':' || external_id as network_post_id,
    network_id,
    social_profile_id,
    account_id,
    external_id,
    datatype,
    created_at,
    last_refreshed,
    source_link,
    content,
    post_type,
    is_viral,
    metrics,
    -- One row speaks for the post, whatever datatypes there are.
    row_number() over (
        partition by network_id, account_id, external_id order by case when datatype = 'ORGANIC' then 0 else 1 end, datatype
    ) = 1 as is_main
from ranked
where place = 1

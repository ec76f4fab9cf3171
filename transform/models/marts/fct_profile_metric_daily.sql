with figures as (
    select
        days.social_profile_id,
        days.datatype,
        days."date" as metric_date,
        pair.key as metric,
        {{ json_number("(pair.value -> 'total')") }} as total,
        days.network_id,
        days.external_profile_id
    from {{ ref('stg_hootsuite__profile_metrics') }} as days
    {{ json_pairs('days.metrics') }}
)

select
    figures.social_profile_id,
    figures.datatype,
    figures.metric_date,
    figures.metric,
    figures.total,
    case
        when lag(figures.metric_date) over days_before = figures.metric_date - 1
            then figures.total - lag(figures.total) over days_before
    end as change_since_day_before,
    meanings.meaning,
    figures.network_id,
    figures.external_profile_id
from figures
left join {{ ref('metric_meanings') }} as meanings on figures.metric = meanings.metric and meanings.meaning = 'followers'
where figures.total is not null
window days_before as (
    partition by figures.social_profile_id, figures.datatype, figures.metric order by figures.metric_date
)

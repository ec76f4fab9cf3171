-- What goes out in the next days, and what stands in the way of it.
select
    posts.message_id,
    posts.social_profile_id,
    posts.status,
    posts.scheduled_at,
    posts.scheduled_local,
    posts.local_date,
    {{ minutes_between(as_of(), 'posts.scheduled_at') }} / 60 as hours_ahead,
    case
        when profiles.is_reauth_required then 'reconnect'
        when posts.status = 'pending_approval' then 'not_approved'
        else 'none'
    end as risk,
    posts.content_id,
    posts.text,
    posts.created_by_member_id
from {{ ref('fct_post') }} as posts
left join {{ ref('dim_social_profile') }} as profiles on posts.social_profile_id = profiles.social_profile_id
where
    posts.status in ('scheduled', 'pending_approval')
    and posts.scheduled_at >= {{ as_of() }}
    and posts.scheduled_at < {{ as_of() }} + interval '{{ var("upcoming_days") }} days'

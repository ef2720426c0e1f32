with task_type as (
    select * from {{ ref('task_type') }}
    where lane = 4
),

local_day as (
    select * from {{ ref('int_task__day') }}
),

-- the current tier: lanes 0 and 1 raise it, lane 4 does not, so no model depends on itself
client_tier as (
    select * from {{ ref('int_task__client_tier') }}
),

referral_due as (
    select tier, due_business_days from {{ ref('task_referral_due') }}
),

referral_by_view as (
    select
        stalled_referral.*,
        coalesce(client_tier.tier, 'standard') as tier
    from {{ ref('int_task__stalled_referral') }} as stalled_referral
    left join client_tier
        on stalled_referral.client_key = client_tier.client_key
        and stalled_referral.part2_view = client_tier.part2_view
),

opening as (
    select
        {{ task_identity(["'4'", 'referral.referral_id', 'referral.status_at']) }},
        referral.part2_view,
        referral.client_key,
        task_type.lane,
        referral.task_type,
        referral.opened_at as event_at,
        referral.opened_at,
        due_day.ends_at as due_at,
        {{ no_expiry() }},
        referral.next_status_at as resolved_at,
        case referral.next_status when 'closed' then 'referral_closed'
            else 'status_changed'
        end as resolution_reason,
        {{ no_retraction() }},
        referral.evidence_table,
        referral.evidence_key,
        referral.is_part2,
        referral.status_date as event_date,
        referral.referral_key as event_key,
        {{ no_facility() }}
    from referral_by_view as referral
    inner join task_type on referral.task_type = task_type.task_type
    inner join referral_due on referral.tier = referral_due.tier
    left join local_day as opened_day on referral.opened_date = opened_day.calendar_date
    left join local_day as due_day
        on opened_day.business_day_number + referral_due.due_business_days
        = due_day.business_day_number
        and due_day.is_business_day
),

{{ task_lifecycle('opening', answered_by_contact=false) }}

select * from task

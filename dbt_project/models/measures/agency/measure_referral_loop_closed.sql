-- Referrals whose loop is closed: attended, or closed with a documented reason, within 180 days of
-- sending (rules/measures/referral-loop-closed.md#rule).
with

measurement_period as (
    {{ measure_period('referral_loop_closed', ['window_days']) }}
),

dated_referral as (
    select
        referral.client_key,
        referral.referral_key,
        referral.program_id,
        referral.evidence_table,
        referral.evidence_key,
        referral.is_loop_closed,
        referral.closed_at,
        {{ local_date('referral.sent_at', 'run.time_zone') }} as sent_date
    from {{ ref('fct_referral') }} as referral
    cross join {{ ref('int_run__as_of') }} as run
    where referral.direction = 'out'
),

-- rules/measures/referral-loop-closed.md#rule: sent in the year, open until day 180
denominator as (
    select
        'referral_loop_closed' as measure_id,
        period.measure_version,
        period.measurement_year,
        'operational' as basis,
        referral.client_key,
        referral.referral_key as event_key,
        referral.sent_date as event_date,
        {{ end_of_local_day(
            dbt.dateadd('day', 'period.window_days', 'referral.sent_date'), 'period.time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        referral.evidence_table,
        referral.evidence_key,
        referral.program_id,
        cast(null as varchar) as site_id,
        referral.is_loop_closed,
        referral.closed_at,
        period.time_zone
    from dated_referral as referral
    inner join measurement_period as period
        on referral.sent_date between period.start_date and period.end_date
),

-- rules/measures/referral-loop-closed.md#exclusions: death within the window
exclusion as (
    {{ measure_death('denominator') }}
),

-- rules/referrals.md#loop-closed
numerator as (
    select
        measure_id,
        basis,
        event_key,
        true as is_met,
        evidence_table,
        evidence_key,
        {{ local_date('closed_at', 'time_zone') }} as evidence_date
    from denominator
    where is_loop_closed and closed_at <= window_closes_at
),

result as (
    {{ measure_result('referral_loop_closed', own_place=true) }}
)

select * from result

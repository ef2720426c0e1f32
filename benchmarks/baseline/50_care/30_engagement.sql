-- Engagement per client, score date and Part 2 view.
create temp table engagement as
with visit as (
    pivot (select client_key, no_part2, service_line, days_since from visit_last)
    on service_line in (
        'any', 'therapy', 'psychiatry', 'medical', 'case_management', 'peer', 'group', 'injection', 'moud'
    ) using max(days_since)
),
any_visit as (
    from visit_last where service_line = 'any'
),
-- a kept visit without an appointment also ends a run of missed appointments
miss_row as (
    select summed.client_key, summed.no_part2, count(*) as consecutive_miss_count
    from (from fct_appointment where status in ('no_show', 'late_cancel') and scheduled_at <= as_of()) as appointment
    inner join (
        select client_key, appointment_summed.no_part2,
            greatest(appointment_summed.last_kept_at, any_visit.last_kept_at) as last_seen_at
        from appointment_summed
        left join any_visit using (client_key, no_part2)
    ) as summed
        on appointment.client_key = summed.client_key
        and coalesce(scheduled_at > last_seen_at, true)
        and not (summed.no_part2 and is_part2)
    group by summed.client_key, summed.no_part2
),
counted as (
    select
        client_key, no_part2,
        coalesce(kept_short, 0) as kept_90d_count,
        coalesce(kept_long, 0) as kept_365d_count,
        coalesce(no_show_short + late_cancel_short, 0) as missed_90d_count,
        coalesce(no_show_long + late_cancel_long, 0) as missed_365d_count,
        coalesce(no_show_short, 0) as no_show_90d_count,
        coalesce(no_show_long, 0) as no_show_365d_count,
        no_show_short + late_cancel_short * engagement_setting('late_cancel_is_no_show') as miss_short,
        no_show_long + late_cancel_long * engagement_setting('late_cancel_is_no_show') as miss_long,
        cast(case when kept_short + miss_short >= engagement_setting('minimum_appointments')
            then miss_short / cast(kept_short + miss_short as decimal(18, 6)) end as decimal(5, 4)) as no_show_90d_rate,
        cast(case when kept_long + miss_long >= engagement_setting('minimum_appointments')
            then miss_long / cast(kept_long + miss_long as decimal(18, 6)) end as decimal(5, 4)) as no_show_365d_rate,
        any_visit.last_kept_at, last_kept_date as last_kept_visit_date, any_visit.days_since as days_since_last_kept,
        visit.therapy as days_since_last_therapy, visit.psychiatry as days_since_last_psychiatry,
        visit.medical as days_since_last_medical, visit.case_management as days_since_last_case_management,
        visit.peer as days_since_last_peer, visit.group as days_since_last_group,
        visit.injection as days_since_last_injection, visit.moud as days_since_last_moud,
        expected_interval_days, expected_interval_source, cadence_days,
        cast(cadence_days / cast(nullif(expected_interval_days, 0) as decimal(18, 6)) as decimal(9, 2))
            as cadence_gap_ratio,
        next_appointment_at, last_missed_at, coalesce(consecutive_miss_count, 0) as consecutive_miss_count,
        coalesce(
            first_no_show_at < coalesce(first_kept_at, first_no_show_at + interval '1 day'), false
        ) as is_first_visit_no_show,
        coalesce(attempts, 0) as attempts_14d_count, last_contact_at, last_contact_outcome, last_contact_channel,
        last_reached_at
    from client_part2_view
    left join any_visit using (client_key, no_part2)
    left join visit using (client_key, no_part2)
    left join cadence using (client_key, no_part2)
    left join appointment_summed using (client_key, no_part2)
    left join miss_row using (client_key, no_part2)
    left join contact_last using (client_key, no_part2)
)
select
    * exclude (miss_short, miss_long, cadence_days),
    next_appointment_at is null as has_no_future_appointment,
    consecutive_miss_count >= engagement_setting('consecutive_misses') as has_consecutive_misses,
    coalesce(cadence_days > nullif(expected_interval_days, 0) * engagement_setting('gap_watch_above'), false) as is_cadence_watch,
    coalesce(
        cadence_days > nullif(expected_interval_days, 0) * engagement_setting('gap_disengaging_above')
        or (cadence_days > nullif(expected_interval_days, 0) * engagement_setting('gap_watch_above') and next_appointment_at is null),
        false
    ) as is_disengaging
from counted;

create table mart_client_engagement as
select client_key, client_id, as_of() as as_of, is_agency_client, engagement.* exclude (client_key, no_part2)
from engagement
inner join dim_client using (client_key)
where not no_part2;

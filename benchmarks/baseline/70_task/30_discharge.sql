-- Lane 1: the call within 24 hours.
create temp table discharge_opening as
with due as (
    select
        discharge.*, lane, pass_business_days,
        case when discharge_precision = 'date' then next_day.ends_at
            else discharged_at + due_hours * interval '1 hour' end as due_at,
        due_at at time zone getvariable('zone') as local_due_at
    from discharge
    inner join seed_task_type as task_type using (task_type)
    left join day as next_day on discharge_date + cast(due_days as integer) = next_day.day
)
select
    event_key, no_part2, due.client_key, lane, task_type, discharged_at as event_at, discharged_at as opened_at, due_at,
    -- a business day later, at the same time of day
    instant_of(local_due_at + (pass_day.day - due_on.day) * interval '1 day') as expires_at,
    'passed_to_lane_2' as expiry_reason, true as answered_by_contact, true as answered_by_visit,
    true as follows_discharge, retracted_at, retraction_type,
    due.is_part2, discharge_date as event_date, facility_name as event_facility, setting as event_setting,
    discharge_disposition_code, facility_id, discharge_precision as event_precision
from due
inner join client_part2_view on due.client_key = client_part2_view.client_key and not (no_part2 and is_part2)
left join day as due_on on cast(local_due_at as date) = due_on.day
left join due_day as pass_day
    on due_on.business_day_number + cast(pass_business_days as integer) = pass_day.business_day_number;

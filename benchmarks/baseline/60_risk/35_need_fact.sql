-- Medication. The order with the longest supply represents its class; an ended order is a decision, not a gap.
create temp table known_order as
select score_point, score_date, no_part2, medication.*, start_date + days_supply as supply_end_date
from fct_medication as medication
inner join score_point on start_date <= score_date
inner join client_part2_view using (client_key)
where not (no_part2 and is_part2)
    and (
        is_long_acting_injectable
        or (
            medication_class in ('moud', 'antidepressant')
            and start_date + days_supply
            >= as_of_date() - risk_days('change_days') - (select max(window_days) from seed_risk_weight where domain = 'medication')::integer
        )
    );

insert into fact
select score_point, client_key, no_part2, case medication_class when 'moud' then 'moud_gap_days' else 'antidepressant_gap_days' end, days
from (
    select score_point, client_key, no_part2, medication_class, score_date - supply_end_date as days, end_date, score_date
    from known_order
    where medication_class in ('moud', 'antidepressant') and not is_long_acting_injectable and supply_end_date is not null
    qualify row_number() over (
        partition by score_point, no_part2, client_key, medication_class
        order by supply_end_date desc, start_date desc, medication_key
    ) = 1
)
where (end_date is null or end_date >= score_date) and days <= risk_window(
    case medication_class when 'moud' then 'moud_gap_days' else 'antidepressant_gap_days' end
)
union all
-- a kept injection visit near or after the due date resolves it
select score_point, client_key, no_part2, 'lai_overdue_days', max(score_date - next_due_date)
from (
    select *
    from known_order
    where is_long_acting_injectable and next_due_date is not null
    qualify row_number() over (
        partition by score_point, no_part2, client_key, medication_class
        order by next_due_date desc, start_date desc, medication_key
    ) = 1
) as due
where (end_date is null or end_date >= score_date)
    and not exists (
        from fct_visit as visit
        where visit.client_key = due.client_key and visit.service_line = 'injection'
            and visit.visit_date between due.next_due_date - risk_days('injection_early_days') and due.score_date
            and not (due.no_part2 and visit.is_part2)
    )
group by score_point, client_key, no_part2
having max(score_date - next_due_date) <= risk_window('lai_overdue_days');

-- Social need. Housing and phone are the record's current values; an answer or call is valid until the next one.
insert into fact
with client as (
    select client_key, housing_status, phone, phone_2 from dim_client where source = 'ehr'
),
answer as (
    unpivot (
        select
            client_key, no_part2, screening_key, administered_at, administered_date, is_safety_need as need_safety,
            is_transportation_need as need_transportation, is_food_need as need_food, is_utilities_need as need_utilities,
            is_housing_need as housing_instability
        from fct_screening
        inner join client_part2_view using (client_key)
        where instrument = 'sdoh' and not (no_part2 and is_part2)
    ) on need_safety, need_transportation, need_food, need_utilities, housing_instability into name measure value is_present
),
spanned_answer as (
    select *, lead(administered_at) over (
        partition by no_part2, client_key, measure order by administered_at, screening_key
    ) as next_at
    from answer
),
called as (
    select client_key, no_part2, contacted_at, outcome, lead(contacted_at) over (
        partition by no_part2, client_key order by contacted_at, contact_key
    ) as next_at
    from fct_contact
    inner join client_part2_view using (client_key)
    semi join (from fct_contact where outcome = 'wrong_number' and channel in ('phone', 'text')) as wrong using (client_key)
    where channel in ('phone', 'text') and not (no_part2 and is_part2)
)
select score_point, client_key, no_part2, 'housing_instability', case housing_status when 'homeless' then 2 else 1 end
from client inner join client_part2_view using (client_key) cross join score_point
where housing_status in ('homeless', 'unstable')
union all
select score_point, client_key, no_part2, 'no_working_phone', 1
from client inner join client_part2_view using (client_key) cross join score_point
where phone is null and phone_2 is null
union all
select score_point, client_key, no_part2, measure, 1
from spanned_answer
inner join client using (client_key)
inner join score_point
    on administered_at <= score_at and (next_at is null or next_at > score_at)
    and score_date - administered_date <= risk_window(measure)
where is_present and (measure <> 'housing_instability' or coalesce(housing_status, 'unknown') = 'unknown')
union all
select score_point, client_key, no_part2, 'no_working_phone', 1
from called
inner join client using (client_key)
inner join score_point on contacted_at <= score_at and (next_at is null or next_at > score_at)
where outcome = 'wrong_number' and coalesce(phone, phone_2) is not null;

-- Care gaps.
insert into fact
with active_plan as (
    select score_point, score_date, client_key, no_part2, first(next_review_date order by start_date desc, plan_id) as review_date
    from fct_treatment_plan
    inner join client_part2_view using (client_key)
    inner join score_point on start_date <= score_date
    where status = 'active' and not (no_part2 and is_part2)
    group by score_point, score_date, client_key, no_part2
),
safety_need as (
    select score_point, client_key, no_part2 from spanned_response
    inner join score_point
        on administered_at <= score_at and score_date - administered_date <= risk_window('safety_plan_missing')
    where kind = 'cssrs' and score >= (select min(at_least) from seed_risk_weight where measure = 'cssrs_level')
    union
    select score_point, client_key, no_part2 from dated_event
    where is_self_harm and start_days <= risk_window('safety_plan_missing')
),
safety_plan as (
    select distinct score_point, client_key, no_part2
    from fct_document
    inner join client_part2_view using (client_key)
    inner join score_point
        on document_date <= score_date and score_date - document_date <= risk_window('safety_plan_missing')
    where document_type = 'safety_plan' and not (no_part2 and is_part2)
)
select score_point, client_key, no_part2, 'plan_overdue_days', score_date - review_date
from active_plan where review_date < score_date
union all
select score_point, client_key, no_part2, 'safety_plan_missing', 1
from safety_need anti join safety_plan using (score_point, client_key, no_part2)
where exists (from fct_document);

-- The facts behind the score, for three days and both scopes, as (spine, client_key, no_part2, measure, value); then the rules.
create temp table fact (spine integer, client_key bigint, no_part2 boolean, measure varchar, value decimal(18, 4));

-- When a client was last seen and how far that is beyond the usual interval.
create temp table seen as
with last_seen as (
    select spine, spine_date, client_key, no_part2,
        max(case spine when 0 then now_at when risk_days('hysteresis_days') then d14_at else d30_at end) as last_seen_at,
        max(case spine when 0 then now_date when risk_days('hysteresis_days') then d14_date else d30_date end) as last_seen_date
    from visit_summed
    inner join client_scope using (client_key)
    cross join spine
    where not (no_part2 and is_part2)
    group by spine, spine_date, client_key, no_part2
    having max(case spine when 0 then now_at when risk_days('hysteresis_days') then d14_at else d30_at end) is not null
),
hospital as (
    select seen.spine, seen.client_key, seen.no_part2, sum(
        coalesce(least(end_date, seen.spine_date), seen.spine_date) - greatest(start_date, last_seen_date)
    ) as days
    from last_seen as seen
    inner join dated_event as event
        on seen.spine = event.spine and seen.client_key = event.client_key and seen.no_part2 = event.no_part2
        and coalesce(end_date, seen.spine_date) > last_seen_date
    where event_kind in ('psychiatric_stay', 'medical_stay')
    group by seen.spine, seen.client_key, seen.no_part2
)
select
    spine, client_key, no_part2, last_seen_at,
    cast(
        (spine_date - last_seen_date - coalesce(days, 0)) / cast(nullif(expected_interval_days, 0) as decimal(18, 4))
        as decimal(18, 4)
    ) as gap_ratio
from last_seen
left join hospital using (spine, client_key, no_part2)
left join cadence using (client_key, no_part2);

-- Transition, utilization, self-harm: one pass over the dated events.
insert into fact
with summed as (
    select
        spine, client_key, no_part2,
        min(end_days) filter (
            where event_kind = 'psychiatric_stay' and end_days <= risk_window('days_since_psych_discharge')
        ) as days_since_psych_discharge,
        min(end_days) filter (
            where event_kind = 'medical_stay' and end_days <= risk_window('days_since_medical_discharge')
        ) as days_since_medical_discharge,
        min(end_days) filter (
            where event_kind in ('crisis_center', 'behavioral_ed') and end_days <= risk_window('days_since_crisis')
        ) as days_since_crisis,
        min(end_days) filter (
            where is_against_advice and end_days <= risk_window('days_since_against_advice')
        ) as days_since_against_advice,
        min(start_days) filter (
            where is_self_harm and start_days <= risk_window('days_since_self_harm')
        ) as days_since_self_harm,
        nullif(count(*) filter (
            where event_kind = 'psychiatric_stay' and start_days < risk_window('psych_stay_count')
        ), 0) as psych_stay_count,
        nullif(count(*) filter (
            where event_kind in ('behavioral_ed', 'other_ed') and start_days < risk_window('ed_visit_count')
        ), 0) as ed_visit_count,
        nullif(count(*) filter (
            where event_kind in ('behavioral_ed', 'other_ed') and start_days < risk_window('ed_visit_recent_count')
        ), 0) as ed_visit_recent_count,
        nullif(count(*) filter (
            where event_kind in ('crisis_center', 'crisis_contact') and start_days < risk_window('crisis_contact_count')
        ), 0) as crisis_contact_count
    from dated_event
    group by spine, client_key, no_part2
)
select spine, client_key, no_part2, measure, cast(value as decimal(18, 4))
from (unpivot summed on columns(* exclude (spine, client_key, no_part2)) into name measure value value);

insert into fact
with discharge as (
    select spine, client_key, no_part2,
        first(struct_pack(days := end_days, ended_at := ended_at) order by end_days, ended_at desc, event_key) as last
    from dated_event
    where end_days is not null and is_to_community
        and event_kind in ('psychiatric_stay', 'medical_stay', 'crisis_center', 'behavioral_ed')
    group by spine, client_key, no_part2
)
select spine, client_key, no_part2, 'days_uncontacted', last.days
from discharge
left join contact_last using (client_key, no_part2)
where last.days <= risk_window('days_uncontacted')
    and coalesce(
        case spine when 0 then last_reached_at when risk_days('hysteresis_days') then d14_reached_at else d30_reached_at end
        <= last.ended_at, true
    )
union all
-- back in the emergency room or under observation now, after a stay
select now.spine, now.client_key, now.no_part2, 'days_from_stay_to_return', min(now.start_date - stay.end_date)
from dated_event as now
inner join dated_event as stay
    on now.spine = stay.spine and now.client_key = stay.client_key and now.no_part2 = stay.no_part2
    and now.start_date >= stay.end_date
where now.event_kind in ('behavioral_ed', 'other_ed', 'observation')
    and now.start_days <= risk_window('days_from_stay_to_return')
    and stay.event_kind in ('psychiatric_stay', 'medical_stay')
group by now.spine, now.client_key, now.no_part2;

-- Clinical need. Only whole totals and stated levels count; a response is the latest until the next of its kind.
create temp table spanned_response as
select
    client_key, no_part2, screening_key, case instrument when 'phq9m' then 'phq9' else instrument end as kind,
    administered_at, administered_date,
    cast(case
        when instrument <> 'cssrs' then total_score
        when level = 'high' then 3 when level = 'moderate' then 2 when level = 'low' then 1 else 0
    end as decimal(9, 4)) as score,
    lead(administered_at) over (
        partition by client_key, no_part2, kind order by administered_at, screening_key
    ) as next_at
from fct_screening
inner join client_scope using (client_key)
where administered_date >= as_of_date() - risk_days('change_days') - risk_days('note_days') - risk_window('phq9_latest')
    and (
        (instrument = 'cssrs' and level is not null)
        or (instrument in ('phq9', 'phq9m', 'audit', 'dast10', 'dla20') and total_score is not null)
    )
    and not (no_part2 and is_part2)
qualify next_at is null or next_at > administered_at;

create temp table latest_response as
select
    spine, spine_date, client_key, no_part2, kind, administered_date, spine_date - administered_date as age_days, score
from spanned_response as response
inner join spine on administered_at <= spine_at and coalesce(next_at > spine_at, true)
where kind <> 'cssrs'
union all
-- the highest level of the window; a later lower answer lowers no concern
select spine, spine_date, client_key, no_part2, kind, last.day, spine_date - last.day, last.score
from (
    select spine, spine_date, client_key, no_part2, kind,
        max(struct_pack(score := score, at := administered_at, key := screening_key, day := administered_date)) as last
    from spanned_response
    inner join spine on administered_at <= spine_at and spine_date - administered_date <= risk_window('cssrs_level')
    where kind = 'cssrs'
    group by spine, spine_date, client_key, no_part2, kind
);

-- Best score and baseline of the year that ends with the latest PHQ-9.
create temp table course as
select
    latest.spine, latest.spine_date, latest.client_key, latest.no_part2, latest.score, latest.administered_date,
    min(phq9.score) as best_score,
    min(struct_pack(at := phq9.administered_at, day := phq9.administered_date, score := phq9.score))
        filter (where phq9.score >= risk_setting('phq9_baseline_score')) as baseline
from latest_response as latest
inner join spanned_response as phq9
    on latest.client_key = phq9.client_key and latest.no_part2 = phq9.no_part2 and phq9.kind = 'phq9'
    and phq9.administered_date between latest.administered_date - risk_window('phq9_rise') and latest.administered_date
where latest.kind = 'phq9' and latest.age_days <= risk_window('phq9_latest')
group by all;

insert into fact
select spine, client_key, no_part2, measure, score
from latest_response
inner join (values
    ('phq9', 'phq9_latest'), ('audit', 'audit_total'), ('dast10', 'dast10_total'), ('dla20', 'dla20_mean'),
    ('cssrs', 'cssrs_level')
) as named (kind, measure) using (kind)
where age_days <= risk_window(measure)
union all
select spine, client_key, no_part2, 'phq9_rise', score - best_score from course where score > best_score
union all
select spine, client_key, no_part2, 'phq9_weeks_without_response', floor((spine_date - baseline.day) / 7)
from course
where score >= risk_setting('phq9_baseline_score') and score > baseline.score * risk_setting('phq9_response_share')
    and administered_date - baseline.day >= risk_days('phq9_response_day')
union all
select spine, client_key, no_part2, 'days_since_positive_phq9', age_days
from latest_response
where kind = 'phq9' and score >= risk_setting('phq9_baseline_score')
    and age_days <= risk_window('days_since_positive_phq9');

insert into fact
with standing as (
    select
        spine, client_key, no_part2, bool_or(has(mask, diagnosis_bit('is_smi'))) as is_smi,
        bool_or(has(mask, diagnosis_bit('is_sud')) and not has(mask, diagnosis_bit('is_smi'))) as is_sud
    from fct_diagnosis
    inner join spine
        on coalesce(diagnosis_date <= spine_date, true) and coalesce(end_date >= spine_date, true)
    inner join client_scope using (client_key)
    where is_confirmed and has(mask, diagnosis_bit('is_smi') | diagnosis_bit('is_sud')) and not (no_part2 and is_part2)
    group by spine, client_key, no_part2
)
select spine, client_key, no_part2, 'has_serious_mental_illness', 1 from standing where is_smi
union all
select spine, client_key, no_part2, 'has_smi_and_sud', 1 from standing where is_smi and is_sud;

-- Engagement: of clients who may be listed.
create temp table client_day as
select client_key, no_part2, source, spine, spine_at, spine_date
from client_scope
inner join (from dim_client where is_listable) using (client_key)
cross join spine;

insert into fact
select spine, client_key, no_part2, 'cadence_gap_ratio', gap_ratio
from seen
semi join (from dim_client where is_listable) using (client_key)
where gap_ratio > (select min(above) from seed_risk_weight where measure = 'cadence_gap_ratio')
union all
select spine, client_key, no_part2, 'missed_of_last_3', missed
from (
    select spine, client_key, no_part2, list_sum([
        cast(one.is_missed as integer)
        for one in case spine when 0 then now_three when risk_days('hysteresis_days') then d14_three else d30_three end
    ]) as missed
    from client_day
    inner join appointment_summed using (client_key, no_part2)
)
where missed > 0
union all
select spine, client_key, no_part2, 'no_future_appointment', 1
from client_day
left join appointment_summed using (client_key, no_part2)
where source = 'ehr' and exists (from fct_appointment)
    and not coalesce(
        case spine when 0 then now_booked when risk_days('hysteresis_days') then d14_booked else d30_booked end, false
    )
union all
select spine, client_key, no_part2, 'days_unseen_since_intake',
    first(spine_date - first_contact_date order by first_contact_at desc, intake_key)
from client_day
inner join fct_intake as intake using (client_key)
anti join seen using (spine, client_key, no_part2)
where first_contact_at <= spine_at and not (no_part2 and is_part2)
    and (first_service_at is null or first_service_at > spine_at)
group by spine, client_key, no_part2;

-- Medication. The order whose supply lasts longest speaks for its class; an order that was ended is a decision, not a gap.
create temp table known_order as
select spine, spine_date, no_part2, medication.*, start_date + days_supply as supply_end_date
from fct_medication as medication
inner join spine on start_date <= spine_date
inner join client_scope using (client_key)
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
select spine, client_key, no_part2, case medication_class when 'moud' then 'moud_gap_days' else 'antidepressant_gap_days' end, days
from (
    select spine, client_key, no_part2, medication_class, spine_date - supply_end_date as days, end_date, spine_date
    from known_order
    where medication_class in ('moud', 'antidepressant') and not is_long_acting_injectable and supply_end_date is not null
    qualify row_number() over (
        partition by spine, no_part2, client_key, medication_class
        order by supply_end_date desc, start_date desc, medication_key
    ) = 1
)
where (end_date is null or end_date >= spine_date) and days <= risk_window(
    case medication_class when 'moud' then 'moud_gap_days' else 'antidepressant_gap_days' end
)
union all
-- a kept injection visit around the due date or later settles it
select spine, client_key, no_part2, 'lai_overdue_days', max(spine_date - next_due_date)
from (
    select *
    from known_order
    where is_long_acting_injectable and next_due_date is not null
    qualify row_number() over (
        partition by spine, no_part2, client_key, medication_class
        order by next_due_date desc, start_date desc, medication_key
    ) = 1
) as due
where (end_date is null or end_date >= spine_date)
    and not exists (
        from fct_visit as visit
        where visit.client_key = due.client_key and visit.service_line = 'injection'
            and visit.visit_date between due.next_due_date - risk_days('injection_early_days') and due.spine_date
            and not (due.no_part2 and visit.is_part2)
    )
group by spine, client_key, no_part2
having max(spine_date - next_due_date) <= risk_window('lai_overdue_days');

-- Social need. Housing and telephone are the record's present state; an answer, and a call, speaks until the next one.
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
        inner join client_scope using (client_key)
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
    inner join client_scope using (client_key)
    semi join (from fct_contact where outcome = 'wrong_number' and channel in ('phone', 'text')) as wrong using (client_key)
    where channel in ('phone', 'text') and not (no_part2 and is_part2)
)
select spine, client_key, no_part2, 'housing_instability', case housing_status when 'homeless' then 2 else 1 end
from client inner join client_scope using (client_key) cross join spine
where housing_status in ('homeless', 'unstable')
union all
select spine, client_key, no_part2, 'no_working_phone', 1
from client inner join client_scope using (client_key) cross join spine
where phone is null and phone_2 is null
union all
select spine, client_key, no_part2, measure, 1
from spanned_answer
inner join client using (client_key)
inner join spine
    on administered_at <= spine_at and (next_at is null or next_at > spine_at)
    and spine_date - administered_date <= risk_window('need_safety')
where is_present and (measure <> 'housing_instability' or coalesce(housing_status, 'unknown') = 'unknown')
union all
select spine, client_key, no_part2, 'no_working_phone', 1
from called
inner join client using (client_key)
inner join spine on contacted_at <= spine_at and (next_at is null or next_at > spine_at)
where outcome = 'wrong_number' and coalesce(phone, phone_2) is not null;

-- Care gaps.
insert into fact
with standing_plan as (
    select spine, spine_date, client_key, no_part2, first(next_review_date order by start_date desc, plan_id) as review_date
    from fct_treatment_plan
    inner join client_scope using (client_key)
    inner join spine on start_date <= spine_date
    where status = 'active' and not (no_part2 and is_part2)
    group by spine, spine_date, client_key, no_part2
),
safety_need as (
    select spine, client_key, no_part2 from latest_response
    where kind = 'cssrs' and score >= (select min(at_least) from seed_risk_weight where measure = 'cssrs_level')
    union
    select spine, client_key, no_part2 from dated_event
    where is_self_harm and start_days <= risk_window('safety_plan_missing')
),
safety_plan as (
    select distinct spine, client_key, no_part2
    from fct_document
    inner join client_scope using (client_key)
    inner join spine
        on document_date <= spine_date and spine_date - document_date <= risk_window('safety_plan_missing')
    where document_type = 'safety_plan' and not (no_part2 and is_part2)
)
select spine, client_key, no_part2, 'plan_overdue_days', spine_date - review_date
from standing_plan where review_date < spine_date
union all
select spine, client_key, no_part2, 'safety_plan_missing', 1
from safety_need anti join safety_plan using (spine, client_key, no_part2);

-- A rule is a step of its measure. Where "A or B" gives points once, B stands back for A.
create temp table reason as
with point as (
    select fact.spine, fact.client_key, fact.no_part2, rule_id, domain, points, yields_to
    from fact
    inner join seed_risk_weight as weight
        on fact.measure = weight.measure
        and fact.value >= coalesce(at_least, -100000)
        and fact.value > coalesce(above, -100000)
        and fact.value <= coalesce(at_most, 100000)
),
standing as (
    select spine, client_key, no_part2, rule_id, domain, points from point where yields_to is null
    union all
    select spine, client_key, no_part2, rule_id, domain, points
    from (from point where yields_to is not null) as weaker
    anti join point as stronger
        on weaker.spine = stronger.spine and weaker.client_key = stronger.client_key
        and weaker.no_part2 = stronger.no_part2 and weaker.yields_to = stronger.rule_id
),
domain_sum as (
    select spine, client_key, no_part2, domain, sum(points) as points, any_value(cap) as cap
    from standing
    inner join seed_risk_cap using (domain)
    group by spine, client_key, no_part2, domain
)
from standing
union all
select spine, client_key, no_part2, 'cap_' || domain, domain, cap - points from domain_sum where points > cap
union all
select spine, client_key, no_part2, 'cap_total', 'total', total.cap - sum(least(points, domain_sum.cap))
from domain_sum
inner join seed_risk_cap as total on total.domain = 'total'
group by spine, client_key, no_part2, total.cap
having sum(least(points, domain_sum.cap)) > total.cap;

create table fct_risk_reason as
select client_key, rule_id, domain, cast(points as integer) as points from reason where spine = 0 and not no_part2;

create temp table score as
select spine, client_key, no_part2, cast(coalesce(sum(points), 0) as integer) as risk_score
from client_scope
cross join spine
left join reason using (spine, client_key, no_part2)
group by spine, client_key, no_part2;

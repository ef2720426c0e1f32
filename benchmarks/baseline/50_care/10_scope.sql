-- Engagement and utilization per client. A client with Part 2 rows has two views: with them and without them (no_part2).

-- Every origin of a client's Part 2 rows; '' if the program is unknown.
create temp table part2_origin as
with program as (
    select program_id from dim_program where is_part2
),
enrolled as (
    select distinct client_key, program_id from fct_program_enrollment semi join program using (program_id)
    where client_key is not null
),
agency_row as (
    select distinct client_key, program_id from fct_visit where is_part2
    union select client_key, program_id from fct_appointment where is_part2
    union select client_key, program_id from fct_screening where is_part2
    union select client_key, program_id from fct_referral where is_part2
    union select client_key, program_id from fct_diagnosis where is_part2
    union select client_key, program_id from fct_medication where is_part2
    union select client_key, program_id from fct_treatment_plan where is_part2
    union select client_key, program_id from fct_document where is_part2
    union select client_key, null from fct_contact where is_part2
    union select client_key, null from fct_crisis_contact where is_part2
    union select client_key, null from fct_intake where is_part2
)
select client_key, program_id from enrolled
union
select agency_row.client_key, coalesce(program.program_id, '')
from agency_row
left join program using (program_id)
where agency_row.client_key is not null
    and (program.program_id is not null or agency_row.client_key not in (select client_key from enrolled))
union
select client_key, '' from (
    select client_key from fct_stay where is_part2
    union all select client_key from fct_ed_visit where is_part2
    union all select client_key from part2_claimant
)
where client_key is not null;

create temp table client_part2_view as
select client_key, false as no_part2 from dim_client
union all
select distinct client_key, true from part2_origin semi join dim_client using (client_key);

-- The score dates: today, and the same time of day 14 and 30 days ago.
create temp table score_point as
select
    days_back as score_point,
    case when days_back = 0 then as_of()
        else ((as_of() at time zone getvariable('zone')) - days_back * interval '1 day') at time zone getvariable('zone')
    end as score_at,
    as_of_date() - days_back as score_date
from (select unnest([0, risk_days('hysteresis_days'), risk_days('change_days')]) as days_back);
set variable now_at = (select max(score_at) from score_point);
set variable d14_at = (select score_at from score_point where score_point = risk_days('hysteresis_days'));
set variable d30_at = (select min(score_at) from score_point);

-- Acute care by score date and Part 2 view. An emergency visit that became a stay counts as that stay; a direct transfer
-- between psychiatric hospitals continues the stay, and the last stay gives the end.
create temp table acute_event as
with stay as (
    select
        stay.client_key, stay.stay_key, stay.admitted_at, stay.discharged_at, stay.admit_date, stay.is_to_community,
        stay.is_against_advice, stay.is_part2,
        case
            when stay.stay_class = 'observation' then 'observation'
            when stay.setting = 'psychiatric' then 'psychiatric_stay' else 'medical_stay'
        end as event_kind,
        case when not stay.is_discharge_cancelled then stay.discharge_date end as end_date,
        stay.is_self_harm_any or stay.is_overdose_any as is_self_harm,
        coalesce(
            stay.stay_class = 'acute' and stay.setting = 'psychiatric' and earlier.setting = 'psychiatric'
            and stay.is_part2 = earlier.is_part2, false
        ) as is_transfer
    from fct_stay as stay
    left join fct_stay as earlier on stay.transferred_from_stay_key = earlier.stay_key
    where stay.stay_class in ('acute', 'observation')
),
numbered as (
    select *, sum(case when is_transfer then 0 else 1 end) over (
        partition by client_key, event_kind, is_part2 order by admitted_at, discharged_at nulls last, stay_key
        rows unbounded preceding
    ) as number
    from stay
    where client_key is not null
),
chained as (
    select
        client_key, event_kind, is_part2, min(admit_date) as start_date, bool_or(is_self_harm) as is_self_harm,
        first(struct_pack(end_date, ended_at := discharged_at, is_to_community, is_against_advice)
            order by admitted_at desc, discharged_at desc nulls first, stay_key desc) as last
    from numbered
    group by client_key, event_kind, is_part2, number
)
select
    row_number() over () as event_key, client_key, event_kind, start_date, end_date, ended_at, is_to_community,
    is_against_advice, is_self_harm, is_part2
from (
    select
        client_key, event_kind, start_date, last.end_date, last.ended_at, last.is_to_community, last.is_against_advice,
        is_self_harm, is_part2
    from chained
    union all
    select
        client_key, case when is_behavioral then 'behavioral_ed' else 'other_ed' end, visit_date, visit_date,
        coalesce(ended_at, started_at), is_to_community, false, is_self_harm_any or is_overdose_any, is_part2
    from fct_ed_visit where not became_inpatient
    union all
    select
        client_key, case when channel = 'center' then 'crisis_center' else 'crisis_contact' end, contact_date, contact_date,
        started_at, channel = 'center', false, false, is_part2
    from fct_crisis_contact
)
where client_key is not null;

set variable acute_lookback = (
    select cast(max(window_days) as integer) from seed_risk_weight
    where domain in ('transition', 'utilization') or measure in ('days_since_self_harm', 'safety_plan_missing')
);
create temp table dated_event as
select
    score_point, no_part2, event.*, score_date, score_date - start_date as start_days,
    case when end_date <= score_date then score_date - end_date end as end_days
from acute_event as event
cross join score_point
inner join client_part2_view using (client_key)
where start_date <= score_date
    and coalesce(end_date, score_date) >= score_date - getvariable('acute_lookback')
    and not (no_part2 and is_part2);

{# Longer than the budget: the states of an encounter are easier to check in one model. #}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

rule as (
    select
        max(case when rule_id = 'hanging_emergency_hours' then value end) as hanging_hours
    from {{ ref('event_rule') }}
),

alert as (
    select * from {{ ref('int_alert__sequenced') }}
),

cancelled_alert as (
    select
        *,
        max(case when event_type = 'cancelled_admit' then ordered_at end) over visit
            as admit_cancelled_at,
        max(case when event_type = 'cancelled_discharge' then ordered_at end) over visit
            as discharge_cancelled_at,
        min(case when event_type = 'admit' then ordered_at end) over visit as first_admitted_at
    from alert
    window visit as (partition by encounter_key)
),

-- a cancellation retracts the earlier events: the admission, or the arrival where there was no
-- admission
evaluated_alert as (
    select
        *,
        case
            when event_type in ('cancelled_admit', 'cancelled_discharge') then false
            when event_type = 'presented'
                then
                    coalesce(ordered_at > admit_cancelled_at, true)
                    or coalesce(first_admitted_at <= admit_cancelled_at, false)
            when event_type = 'discharge'
                then
                    coalesce(ordered_at > admit_cancelled_at, true)
                    and coalesce(event_at > discharge_cancelled_at, true)
            else coalesce(ordered_at > admit_cancelled_at, true)
        end as is_current,
        event_type = 'discharge'
        and coalesce(ordered_at > admit_cancelled_at, true)
        and not coalesce(event_at > discharge_cancelled_at, true) as is_retracted,
        coalesce(patient_class, case when event_type = 'presented' then 'emergency' end)
            as reported_class
    from cancelled_alert
),

-- rules/encounters-and-claims.md#alerts: of several discharges the one received last applies,
-- whatever its time
ranked_alert as (
    select
        *,
        row_number() over (
            partition by encounter_key, event_type, is_current
            order by known_at desc nulls last, batch_rank desc, _source_row desc
        ) as correction_rank
    from evaluated_alert
),

corrected_alert as (
    select
        *,
        event_type = 'discharge' and correction_rank > 1 as is_corrected
    from ranked_alert
),

-- the latest reported value of each column, by the order of events
encounter as (
    select
        encounter_key,
        min(sending_facility_id) as facility_id,
        min(visit_number) as visit_number,
        max_by(facility_name, event_number) filter (where facility_name is not null)
            as facility_name,
        max_by(facility_type, event_number) filter (where facility_type is not null)
            as facility_type,
        max_by(client_key, event_number) filter (where client_key is not null) as client_key,
        max_by(reported_class, event_number) filter (
            where is_current and reported_class is not null and event_type <> 'presented'
        ) as reported_class,
        coalesce(bool_or(is_current and reported_class = 'emergency'), false)
            as has_emergency_event,
        coalesce(min(event_at) filter (where is_current), min(event_at)) as started_at,
        min(event_at) filter (
            where
            is_current
            and event_type in ('admit', 'transfer')
            and coalesce(reported_class, 'inpatient') <> 'emergency'
        ) as admitted_at,
        max_by(reported_class, event_number) filter (
            where is_current and event_type = 'presented'
        ) as presented_class,
        max(event_number) filter (
            where is_current and event_type = 'discharge' and not is_corrected
        ) as discharge_number,
        max(event_number) filter (where is_current and event_type = 'deceased')
            as deceased_number,
        max(event_number) filter (where is_current and event_type = 'closed') as closed_number,
        min(event_number) filter (where is_current) as opening_number,
        max_by(diagnosis_code, event_number) filter (
            where is_current and diagnosis_code is not null
        ) as diagnosis_code,
        max_by(discharge_disposition_code, event_number) filter (
            where is_current and not is_corrected and discharge_disposition_code is not null
        ) as discharge_disposition_code,
        max(case when is_retracted then event_at end) as cancelled_discharge_at,
        not bool_or(is_current) as is_cancelled,
        coalesce(bool_or(is_part2), false) as is_part2,
        max(event_number) as last_number
    from corrected_alert
    group by encounter_key
),

-- the deciding row: the end of the encounter, else its start
decided_encounter as (
    select
        encounter.*,
        case
            when ending.event_type = 'closed' then 'unknown'
            else ending.event_at_precision
        end as reported_end_precision,
        ending.event_at as reported_end_at,
        deciding.known_at,
        deciding.evidence_table,
        deciding._batch_id,
        deciding._source_row,
        case
            when encounter.facility_type = 'crisis_center' then 'crisis'
            when encounter.reported_class is not null then encounter.reported_class
            when
                encounter.admitted_at is not null
                and coalesce(encounter.facility_type, '') <> 'emergency_department'
                then 'inpatient'
            when encounter.presented_class is not null then encounter.presented_class
            when encounter.facility_type = 'emergency_department' then 'emergency'
            else 'inpatient'
        end as encounter_class
    from encounter
    left join evaluated_alert as ending
        on
        encounter.encounter_key = ending.encounter_key
        and coalesce(
            encounter.discharge_number, encounter.deceased_number, encounter.closed_number
        ) = ending.event_number
    inner join evaluated_alert as deciding
        on
        encounter.encounter_key = deciding.encounter_key
        and coalesce(
            encounter.discharge_number, encounter.deceased_number, encounter.closed_number,
            encounter.opening_number, encounter.last_number
        ) = deciding.event_number
),

-- an emergency visit without an end is closed after a limit of hours, with an unknown end
closed_encounter as (
    select
        decided.encounter_key,
        decided.client_key,
        decided.facility_id,
        decided.facility_name,
        decided.facility_type,
        decided.visit_number,
        decided.encounter_class,
        decided.started_at,
        coalesce(decided.admitted_at, decided.started_at) as admitted_at,
        decided.has_emergency_event and decided.encounter_class <> 'crisis' as has_emergency_part,
        case
            when decided.reported_end_at is not null then decided.reported_end_at
            when
                decided.encounter_class = 'emergency'
                and decided.started_at + rule.hanging_hours * interval '1 hour' <= run.as_of
                then decided.started_at + rule.hanging_hours * interval '1 hour'
        end as ended_at,
        case
            when decided.reported_end_at is not null then decided.reported_end_precision
            when
                decided.encounter_class = 'emergency'
                and decided.started_at + rule.hanging_hours * interval '1 hour' <= run.as_of
                then 'unknown'
        end as end_precision,
        decided.discharge_disposition_code,
        decided.diagnosis_code,
        decided.deceased_number is not null as has_died,
        decided.is_cancelled,
        decided.reported_end_at is null and decided.cancelled_discharge_at is not null
            as is_discharge_cancelled,
        decided.cancelled_discharge_at,
        decided.is_part2,
        decided.known_at,
        decided.evidence_table,
        decided._batch_id,
        decided._source_row
    from decided_encounter as decided
    cross join run
    cross join rule
)

select * from closed_encounter

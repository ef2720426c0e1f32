with encounter_record as (
    {{ fhir_record(
        'Encounter',
        day=local_date('record.started_at', 'run.time_zone'),
        happened_at='record.started_at',
        has_program=true
    ) }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

encounter_class as (
    select * from {{ ref('fhir_encounter_class') }}
),

encounter_status as (
    select told as resource_status, meaning = 'over' as is_over from {{ ref('fhir_code') }}
    where kind = 'encounter_status'
),

stated_diagnosis as (
    select
        diagnosis.encounter_id,
        diagnosis.use_code,
        diagnosis.rank,
        diagnosis.position,
        problem.diagnosis_code
    from {{ ref('stg_ehr_fhir__encounter_diagnosis') }} as diagnosis
    inner join {{ ref('stg_ehr_fhir__condition') }} as problem
        on diagnosis.condition_id = problem.condition_id
    where coalesce(problem.verification_status, 'confirmed')
        not in ('refuted', 'entered-in-error')
),

code_group as (
    select code, is_mental_any, is_sud from {{ ref('int_code__classified') }}
    where is_mental_any or is_sud
),

-- the discharge diagnosis before the others, then by rank
ranked_diagnosis as (
    select
        encounter_id,
        diagnosis_code,
        row_number() over (
            partition by encounter_id
            order by
                case when use_code = 'DD' then 0 else 1 end,
                coalesce(rank, 999),
                position
        ) as preference
    from stated_diagnosis
),

further_reason as (
    {%- for n in range(2, 5) %}
    select encounter_id, reason_code_{{ n }} as diagnosis_code from encounter_record
    where reason_code_{{ n }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

encounter_group as (
    select
        other_code.encounter_id,
        bool_or(code_group.is_mental_any) as is_mental_any,
        bool_or(code_group.is_sud) as is_sud
    from (
        select encounter_id, diagnosis_code from stated_diagnosis
        union all
        select * from further_reason
    ) as other_code
    inner join code_group on other_code.diagnosis_code = code_group.code
    group by other_code.encounter_id
),

-- an encounter that is part of another is no visit or stay of its own
encounter as (
    select
        record.* exclude (ended_at, ended_at_precision),
        encounter_class.event_kind,
        encounter_class.stay_class,
        encounter_status.is_over,
        case when encounter_status.is_over and record.ended_at <= run.as_of then record.ended_at end
            as ended_at,
        coalesce(record.ended_at_precision, 'time') as ended_at_precision,
        coalesce(ranked_diagnosis.diagnosis_code, problem.diagnosis_code, record.reason_code)
            as principal_diagnosis_code,
        coalesce(encounter_group.is_mental_any, false) as is_mental_any,
        coalesce(encounter_group.is_sud, false) as is_sud
    from encounter_record as record
    cross join run
    inner join encounter_class on record.class_code = encounter_class.class_code
    inner join encounter_status on record.status = encounter_status.resource_status
    left join ranked_diagnosis
        on ranked_diagnosis.preference = 1 and record.encounter_id = ranked_diagnosis.encounter_id
    left join {{ ref('stg_ehr_fhir__condition') }} as problem
        on record.reason_condition_id = problem.condition_id
    left join encounter_group on record.encounter_id = encounter_group.encounter_id
    where record.part_of_id is null
)

select * from encounter

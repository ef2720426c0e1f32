with encounter as (
    select * from {{ ref('stg_ehr_fhir__encounter') }}
),

confirmed_diagnosis as (
    select
        diagnosis.encounter_id,
        problem.diagnosis_code,
        row_number() over (
            partition by diagnosis.encounter_id
            order by
                case when diagnosis.use_code = 'DD' then 0 else 1 end,
                coalesce(diagnosis.rank, 999),
                diagnosis.position
        ) as diagnosis_rank
    from {{ ref('stg_ehr_fhir__encounter_diagnosis') }} as diagnosis
    inner join {{ ref('stg_ehr_fhir__condition') }} as problem
        on diagnosis.condition_id = problem.condition_id
    where coalesce(problem.verification_status, 'confirmed')
        not in ('refuted', 'entered-in-error')
),

further_reason as (
    {%- for n in range(2, 5) %}
    select
        encounter_id,
        reason_code_{{ n }} as diagnosis_code,
        cast(null as bigint) as diagnosis_rank
    from encounter
    where reason_code_{{ n }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

encounter_diagnosis as (
    select * from confirmed_diagnosis
    union all
    select * from further_reason
)

select * from encounter_diagnosis

-- FHIR tells a drug by its code alone. Of what class it is say the agency's own lists, else its own
-- record of the same code, where that says one class only.
{%- set classes = "('antipsychotic', 'antidepressant', 'mood_stabilizer', 'moud', 'stimulant')" %}
with listed_class as (
    select
        code_system,
        replace(code, '-', '') as code,
        min(lower(trim(value_set))) as medication_class
    from {{ ref('stg_valuesets__code') }}
    where
        code_system in ('rxnorm', 'ndc')
        and lower(trim(value_set)) in {{ classes }}
    group by code_system, replace(code, '-', '')
    having count(distinct lower(trim(value_set))) = 1
),

recorded_class as (
    select
        code_system,
        replace({{ upper_code('code') }}, '-', '') as code,
        min(medication_class) as medication_class
    from {{ ref('stg_ehr__medication') }}
    where medication_class in {{ classes }}
    group by code_system, replace({{ upper_code('code') }}, '-', '')
    having count(distinct medication_class) = 1
),

classified_code as (
    select * from listed_class
    union all
    select recorded_class.*
    from recorded_class
    anti join listed_class
        on recorded_class.code_system = listed_class.code_system
        and recorded_class.code = listed_class.code
)

select * from classified_code

{#
    Body of a CTE: every client known by FHIR in every year of the CTE measurement_period, with the whole years of age on
    its first day (youngest_age and oldest_age differ where the date of birth is a year or month) and the value sets of the
    measure set that the user does not supply: with any of them the client cannot be evaluated
    (rules/measures/fhir.md#missing-value-sets).
#}
{% macro measure_patient(measure_set) -%}
select
    patient.client_key,
    patient.birth_date,
    patient.birth_last_date,
    patient.death_date,
    patient.death_last_date,
    {{ age_years('patient.birth_last_date', 'period.start_date') }} as youngest_age,
    {{ age_years('patient.birth_date', 'period.start_date') }} as oldest_age,
    patient.evidence_table as patient_evidence_table,
    patient.evidence_key as patient_evidence_key,
    gap.missing_value_sets,
    period.*
from {{ ref('int_resource__patient') }} as patient
cross join measurement_period as period
cross join (
    select {{ dbt.listagg('missing.title', "'; '", 'order by missing.title') }} as missing_value_sets
    from (
        select distinct published.title
        from {{ ref('measure_value_set') }} as needed
        inner join {{ ref('value_set') }} as published on needed.oid = published.oid
        anti join {{ ref('int_resource__value_set') }} as listed on needed.oid = listed.oid
        where needed.measure_set = '{{ measure_set }}'
    ) as missing
) as gap
{%- endmacro %}

{#
    Rows of denominator for the clients of the CTE patient that cannot be evaluated, one per measure id and year. The other
    rows of denominator have the same columns.
#}
{% macro measure_unevaluable(measure_ids) -%}
select
    id.measure_id,
    patient.measure_version,
    patient.measurement_year,
    'fhir' as basis,
    patient.client_key,
    {{ surrogate_key(["'" ~ measure_ids | join(',') ~ "'", 'patient.measurement_year', 'patient.client_key']) }}
        as event_key,
    patient.start_date as event_date,
    patient.as_of as window_closes_at,
    'value sets missing: ' || patient.missing_value_sets as not_evaluable_reason,
    patient.patient_evidence_table as evidence_table,
    patient.patient_evidence_key as evidence_key
from patient
cross join (
    {%- for measure_id in measure_ids %}
    select '{{ measure_id }}' as measure_id
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
) as id
where patient.missing_value_sets is not null
{%- endmacro %}

{#
    Body of a CTE: the inpatient stays for measures of discharges or admissions, one row per basis and measurement year.
    The reporting basis uses stays with a claim, with the claim's dates; the operational basis uses stays with ADT.
    Columns: basis, all columns of the period, those of fct_stay that measures need, age_years (at discharge),
    has_died_in_year (null where unknown).

    period       a CTE made by measure_period
    days_before  its column: stays that ended at most this many days before the year are rows too; without it, none of them
#}
{% macro measure_stay(period, days_before=none) -%}
select
    stay.*,
    period.*,
    {{ age_years('client.birth_date', 'stay.discharge_date') }} as age_years,
    stay.died or client.death_date between period.start_date and period.end_date as has_died_in_year
from (
    {%- for basis, has_source in [('reporting', 'has_claim'), ('operational', 'has_adt')] %}
    select
        '{{ basis }}' as basis,
        stay_key,
        client_key,
        stay_class,
        setting,
        facility_type,
        {%- if basis == 'reporting' %}
        coalesce(claim_admit_date, admit_date) as admit_date,
        case when claim_admit_date is null then discharge_date else claim_discharge_date end
            as discharge_date,
        {%- else %}
        admit_date,
        discharge_date,
        {%- endif %}
        principal_diagnosis_code,
        is_mental_principal_2024,
        is_mental_principal_2025,
        is_self_harm_principal,
        is_self_harm_any,
        is_sud_principal,
        is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_detox,
        is_hospice,
        died,
        evidence_table,
        evidence_key
    from {{ ref('fct_stay') }}
    where {{ has_source }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
) as stay
inner join {{ ref('dim_client') }} as client on stay.client_key = client.client_key
inner join {{ period }} as period
    on stay.admit_date <= period.end_date
    {%- if days_before %}
    and {{ dbt.datediff(
        'coalesce(stay.discharge_date, period.end_date)', 'period.start_date', 'day'
    ) }} <= period.{{ days_before }}
    {%- else %}
    and coalesce(stay.discharge_date, period.end_date) >= period.start_date
    {%- endif %}
{%- endmacro %}

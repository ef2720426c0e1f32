{#
    Body of a CTE: the emergency visits for measures, one row per basis and measurement year. The reporting basis uses visits
    with a claim, the operational basis visits with ADT. Columns: basis, all columns of the period, those of fct_ed_visit
    that measures need, age_years (on the day of the visit), has_died_in_year (null where unknown).

    period  a CTE made by measure_period
#}
{% macro measure_ed_visit(period) -%}
select
    visit.*,
    period.*,
    {{ age_years('client.birth_date', 'visit.visit_date') }} as age_years,
    visit.died or client.death_date between period.start_date and period.end_date
        as has_died_in_year
from (
    {%- for basis, has_source in [('reporting', 'has_claim'), ('operational', 'has_adt')] %}
    select
        '{{ basis }}' as basis,
        ed_visit_key,
        client_key,
        started_at,
        visit_date,
        is_mental_principal_2024,
        is_mental_principal_2025,
        is_self_harm_principal,
        is_self_harm_any,
        is_sud_principal,
        is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_overdose_any,
        became_inpatient,
        died,
        evidence_table,
        evidence_key
    from {{ ref('fct_ed_visit') }}
    where {{ has_source }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
) as visit
inner join {{ ref('dim_client') }} as client on visit.client_key = client.client_key
inner join {{ period }} as period
    on visit.visit_date between period.start_date and period.end_date
{%- endmacro %}

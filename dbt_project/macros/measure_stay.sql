{#
    Body of a CTE: the inpatient stays that a measure of discharges or admissions may look at, once per basis and
    measurement year. Claims alone speak for the reporting basis, ADT alone for the operational one. Every column of
    fct_stay, then basis, every column of the period, age_years (at discharge), has_died_in_year.

    period  a CTE made by measure_period
#}
{% macro measure_stay(period) -%}
select
    stay.*,
    period.*,
    {{ age_years('client.birth_date', 'stay.discharge_date') }} as age_years,
    stay.died
    or coalesce(client.death_date between period.start_date and period.end_date, false)
        as has_died_in_year
from (
    select 'reporting' as basis, claim_stay.*
    from {{ ref('fct_stay') }} as claim_stay
    where claim_stay.has_claim
    union all
    select 'operational' as basis, adt_stay.*
    from {{ ref('fct_stay') }} as adt_stay
    where adt_stay.has_adt
) as stay
inner join {{ ref('dim_client') }} as client on stay.client_key = client.client_key
inner join {{ period }} as period
    on stay.admit_date <= period.end_date
    and coalesce(stay.discharge_date, period.end_date) >= period.start_date
{%- endmacro %}

{#
    Body of a CTE: the claims of clients with a condition in a span (rules/encounters-and-claims.md#conditions): one acute
    inpatient stay, or visits on several days. Columns: measurement_year, those of int_claim_condition__dated. One row per claim,
    day and setting of such a client.

    period      a CTE made by measure_period
    conditions  columns of int_claim_condition__dated; a visit counts with any of them
    first_day   column of the period: first day of the span, which lasts until the end of the year
    visit_days  column of the period: days with a visit that are enough without a stay
#}
{% macro measure_condition(period, conditions, first_day, visit_days) -%}
select * from (
    select
        period.measurement_year,
        claim.*,
        max(case when claim.is_acute_inpatient then 1 else 0 end) over client = 1
        or count(distinct case when not claim.is_acute_inpatient then claim.service_date end)
            over client >= period.{{ visit_days }} as is_confirmed
    from {{ ref('int_claim_condition__dated') }} as claim
    inner join {{ period }} as period
        on claim.service_date between period.{{ first_day }} and period.end_date
        and (
            {%- for condition in conditions %}
            claim.{{ condition }}{{ ' or' if not loop.last }}
            {%- endfor %}
        )
    window client as (partition by period.measurement_year, claim.client_key)
) as condition_claim
where is_confirmed
{%- endmacro %}

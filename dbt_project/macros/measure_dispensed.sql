{#
    Body of a CTE: medications that payers report as dispensed or injected in the measurement year (rules/medication-supply.md#supply),
    each with the number of days in the year on which the client had any of them. Columns: those of int_medication__supplied and
    of the period, dispensing_days, and fill_number: 1 is the client's first of the year.

    period            a CTE made by measure_period
    medication_class  class of the medications
#}
{% macro measure_dispensed(period, medication_class) -%}
select
    supply.*,
    period.*,
    count(distinct supply.supply_date) over (
        partition by period.measurement_year, supply.client_key
    ) as dispensing_days,
    row_number() over (
        partition by period.measurement_year, supply.client_key
        order by supply.supply_date, supply.evidence_table, supply.evidence_key, supply.medication
    ) as fill_number
from {{ ref('int_medication__supplied') }} as supply
inner join {{ period }} as period
    on supply.medication_class = '{{ medication_class }}'
    and supply.origin in ('pharmacy_claim', 'injection_claim')
    and supply.supply_date between period.start_date and period.end_date
{%- endmacro %}

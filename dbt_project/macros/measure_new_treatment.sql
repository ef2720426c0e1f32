{#
    Body of a CTE: the first new treatment of a client in the intake period of each measurement year: the first day with a
    medication of a class dispensed, by claims, after so many days without one (rules/medication-supply.md#new-treatment). One row
    per client and year: columns of the period, client_key, supply_date and the row of the fill.

    period            a CTE of measure_period rows with first_intake_date, last_intake_date and negative_history_days
    medication_class  class of the medications
#}
{% macro measure_new_treatment(period, medication_class) -%}
select * from (
    select
        dispensing.client_key,
        dispensing.supply_date,
        dispensing.evidence_table,
        dispensing.evidence_key,
        period.*,
        row_number() over (
            partition by period.measurement_year, dispensing.client_key
            order by dispensing.supply_date, dispensing.evidence_table, dispensing.evidence_key
        ) as treatment_number
    from (
        select
            client_key,
            supply_date,
            evidence_table,
            evidence_key,
            max(supply_date) over (
                partition by client_key
                order by supply_date
                range between unbounded preceding and interval 1 day preceding
            ) as earlier_date
        from {{ ref('int_medication__supplied') }}
        where
            medication_class = '{{ medication_class }}'
            and origin in ('pharmacy_claim', 'injection_claim')
    ) as dispensing
    inner join {{ period }} as period
        on dispensing.supply_date between period.first_intake_date and period.last_intake_date
        and coalesce(
            {{ dbt.datediff('dispensing.earlier_date', 'dispensing.supply_date', 'day') }}
            > period.negative_history_days, true
        )
) as new_treatment
where treatment_number = 1
{%- endmacro %}

{#
    Body of a CTE: days of a period with a medication on hand (rules/medication-supply.md#covered-days). A fill before the last
    one of the same medication runs out is used after it; a day with several medications counts once; supply beyond the
    last day does not count. One row per group: its columns and covered_days.

    supply    a CTE of fills in the period: medication, supply_date, supply_days, evidence_table, evidence_key
    by        its columns that make a group: a client, or an event and its client
    last_day  its column: last day of the period, the same for all fills of a group
#}
{% macro medication_days(supply, by, last_day) -%}
with summed_supply as (
    select
        *,
        coalesce(
            sum(supply_days) over (
                partition by {{ by | join(', ') }}, medication
                order by supply_date, evidence_table, evidence_key
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as earlier_days
    from {{ supply }}
),

carried_supply as (
    select
        *,
        max(supply_date - cast(earlier_days as integer)) over (
            partition by {{ by | join(', ') }}, medication
            order by supply_date, evidence_table, evidence_key
            rows between unbounded preceding and current row
        ) + cast(earlier_days as integer) as used_from_date
    from summed_supply
),

supply_span as (
    select
        {{ by | join(', ') }},
        used_from_date as start_date,
        least(used_from_date + supply_days - 1, {{ last_day }}) as end_date
    from carried_supply
    where used_from_date <= {{ last_day }}
),

covered_span as (
    {{ merged_spans('supply_span', by) }}
)

select {{ by | join(', ') }}, sum(end_date - start_date + 1) as covered_days
from covered_span
group by {{ by | join(', ') }}
{%- endmacro %}

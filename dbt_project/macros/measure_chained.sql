{#
    Body of a CTE: stays numbered by chain. A stay that begins at most max_gap_days after the latest discharge before it
    (a readmission or a direct transfer) continues its chain. All columns of the relation, then chain_number and
    number_from_last: 1 is the last discharge of the chain; a stay without a discharge comes before any other.

    stay          a CTE with basis, measurement_year, client_key, stay_key, admit_date, discharge_date
    max_gap_days  its column
#}
{% macro measure_chained(stay, max_gap_days) -%}
select
    *,
    row_number() over (
        partition by basis, measurement_year, client_key, chain_number
        order by discharge_date desc nulls first, admit_date desc, stay_key desc
    ) as number_from_last
from (
    select
        *,
        sum(
            case
                when {{ dbt.datediff('earlier_discharge_date', 'admit_date', 'day') }}
                    <= {{ max_gap_days }} then 0
                else 1
            end
        ) over (
            partition by basis, measurement_year, client_key
            order by admit_date, discharge_date nulls last, stay_key
            rows between unbounded preceding and current row
        ) as chain_number
    from (
        select
            *,
            max(discharge_date) over (
                partition by basis, measurement_year, client_key
                order by admit_date, discharge_date nulls last, stay_key
                rows between unbounded preceding and 1 preceding
            ) as earlier_discharge_date
        from {{ stay }}
    ) as ordered_stay
) as numbered_stay
{%- endmacro %}

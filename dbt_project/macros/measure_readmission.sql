{#
    Body of a CTE: stays with the numbers of measure_chained, of which direct transfers are one chain, and about the chain:
    is_chain_start, chain_admit_date, and whether a flag holds for any of its stays.

    stay           a CTE with the columns that measure_chained reads
    transfer_days  its column
    flags          its boolean columns; each is replaced by that of the chain
#}
{% macro measure_transfer_chain(stay, transfer_days, flags) -%}
select
    chained_stay.* replace (
        {%- for flag in flags %}
        coalesce(bool_or(chained_stay.{{ flag }}) over chain, false) as {{ flag }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    ),
    min(chained_stay.admit_date) over chain as chain_admit_date,
    row_number() over (
        partition by basis, measurement_year, client_key, chain_number
        order by admit_date, discharge_date nulls last, stay_key
    ) = 1 as is_chain_start
from (
    {{ measure_chained(stay, transfer_days) }}
) as chained_stay
window chain as (partition by basis, measurement_year, client_key, chain_number)
{%- endmacro %}

{#
    Body of a CTE: the admissions on day first_readmission_day to readmission_days after an event, each with
    readmission_rank (1 is the first) and the evidence columns.

    event      a CTE with measure_id, event_date and the two rules
    admission  a CTE made by measure_transfer_chain
    flags      columns of the admission to return
#}
{% macro measure_readmission(event, admission, flags) -%}
select
    event.measure_id,
    event.basis,
    event.event_key,
    {%- for flag in flags %}
    admission.{{ flag }},
    {%- endfor %}
    admission.evidence_table,
    admission.evidence_key,
    admission.admit_date as evidence_date,
    row_number() over (
        partition by event.basis, event.event_key
        order by admission.admit_date, admission.discharge_date nulls last, admission.stay_key
    ) as readmission_rank
from {{ event }} as event
inner join {{ admission }} as admission
    on event.basis = admission.basis
    and event.measurement_year = admission.measurement_year
    and event.client_key = admission.client_key
    and admission.is_chain_start
    and {{ dbt.datediff('event.event_date', 'admission.admit_date', 'day') }}
    between event.first_readmission_day and event.readmission_days
{%- endmacro %}

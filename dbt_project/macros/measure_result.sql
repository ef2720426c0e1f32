{#
    Body of a measure's last CTE, with the columns of measures.fct_measure_event. Reads three CTEs of the file, joined
    on measure_id, basis and event_key:

    denominator  one row per event and id: measure_id, measure_version, measurement_year, basis, client_key, event_key,
                 event_date, window_closes_at (the event is open until then; null: it is open until it has an
                 outcome), not_evaluable_reason (null where the event can be evaluated), evidence_table, evidence_key
                 (the event's own row)
    exclusion    at most one row per event and id: exclusion_reason, evidence_table, evidence_key, evidence_date
    numerator    at most one row per event and id: is_met (null where it is unknown whether the service qualifies),
                 evidence_table, evidence_key, evidence_date

    Order of the status: an exclusion applies as soon as it is known. An event is open until its window closes, met or
    not, because otherwise recent months would show only the met events. Then events that cannot be evaluated.
    The evidence is the row of the exclusion, else of the numerator, else of the event itself.

    measure_set  measure set of the age bands
    own_place    true where denominator has its own program_id and site_id (else the client's)
    age_on       column of denominator: the date of the age of the age bands
    one_row      true where the event's own row decides: exclusion is then every row of denominator with
                 exclusion_reason, numerator every row of exclusion with is_met (true or false), and nothing is joined.
                 For millions of events: a self-join took ten times as long as the rest.
    evidence_on  with one_row, column of numerator: the date of the evidence
    exceptions   true where exclusion has is_exception: such an event has the status excluded, and is an exception
                 instead of an exclusion
#}
{% macro measure_result(
    measure_set, own_place=false, one_row=false, evidence_on='event_date', age_on='event_date',
    exceptions=false
) -%}
{%- set waits = 'coalesce(run.as_of < denominator.window_closes_at, true)' -%}
{%- set reason = ('denominator' if one_row else 'exclusion') ~ '.exclusion_reason' -%}
{%- set met = ('denominator' if one_row else 'numerator') ~ '.is_met' -%}
{%- set undecided = 'false' if one_row
    else 'numerator.event_key is not null and numerator.is_met is null' -%}
select
    client_event.measure_id,
    client_event.measure_version,
    cast(client_event.measurement_year as integer) as measurement_year,
    client_event.basis,
    client_event.client_key,
    client_event.client_id,
    client_event.event_key,
    client_event.event_date,
    true as is_initial_population,
    client_event.status <> 'not_evaluable' as is_denominator,
    {%- if exceptions %}
    client_event.status = 'excluded' and not client_event.is_exception as is_excluded,
    client_event.exclusion_reason,
    client_event.is_exception,
    {%- else %}
    client_event.status = 'excluded' as is_excluded,
    client_event.exclusion_reason,
    false as is_exception,
    {%- endif %}
    client_event.status = 'met' as is_numerator,
    client_event.evidence_table,
    client_event.evidence_key,
    client_event.evidence_date,
    client_event.status,
    band.age_band,
    client_event.sex,
    client_event.race,
    client_event.ethnicity,
    client_event.payer_type,
    client_event.program_id,
    client_event.site_id
from (
    select
        evaluated_event.measure_id,
        evaluated_event.measure_version,
        evaluated_event.measurement_year,
        evaluated_event.basis,
        evaluated_event.client_key,
        evaluated_event.event_key,
        evaluated_event.event_date,
        evaluated_event.status,
        evaluated_event.exclusion_reason,
        {%- if exceptions %}
        evaluated_event.is_exception,
        {%- endif %}
        evaluated_event.evidence_table,
        evaluated_event.evidence_key,
        evaluated_event.evidence_date,
        client.client_id,
        client.sex,
        client.race,
        client.ethnicity,
        client.payer_type,
        {%- if own_place %}
        coalesce(evaluated_event.program_id, client.primary_program_id) as program_id,
        coalesce(evaluated_event.site_id, client.site_id) as site_id,
        {%- else %}
        client.primary_program_id as program_id,
        client.site_id,
        {%- endif %}
        {{ age_years('client.birth_date', 'evaluated_event.' ~ age_on) }} as age_years
    from (
        select
            denominator.measure_id,
            denominator.measure_version,
            denominator.measurement_year,
            denominator.basis,
            denominator.client_key,
            denominator.event_key,
            denominator.event_date,
            {%- if age_on != 'event_date' %}
            denominator.{{ age_on }},
            {%- endif %}
            {%- if own_place %}
            denominator.program_id,
            denominator.site_id,
            {%- endif %}
            case
                when {{ reason }} is not null then 'excluded'
                when {{ waits }} then 'open'
                when denominator.not_evaluable_reason is not null then 'not_evaluable'
                when {{ met }} then 'met'
                when {{ undecided }} then 'not_evaluable'
                else 'not_met'
            end as status,
            case
                when {{ reason }} is not null then {{ reason }}
                when {{ waits }} then null
                when denominator.not_evaluable_reason is not null
                    then denominator.not_evaluable_reason
                when {{ undecided }} then 'provider_type_unknown'
            end as exclusion_reason,
            {%- if exceptions %}
            coalesce(exclusion.is_exception, false) as is_exception,
            {%- endif %}
            {%- if one_row %}
            denominator.evidence_table,
            denominator.evidence_key,
            denominator.{{ evidence_on }} as evidence_date
            {%- else %}
            coalesce(exclusion.evidence_table, numerator.evidence_table, denominator.evidence_table)
                as evidence_table,
            coalesce(exclusion.evidence_key, numerator.evidence_key, denominator.evidence_key)
                as evidence_key,
            coalesce(exclusion.evidence_date, numerator.evidence_date, denominator.event_date)
                as evidence_date
            {%- endif %}
        from {{ 'numerator as denominator' if one_row else 'denominator' }}
        cross join {{ ref('int_run__as_of') }} as run
        {%- if not one_row %}
        left join exclusion
            on denominator.event_key = exclusion.event_key
            and denominator.measure_id = exclusion.measure_id
            and denominator.basis = exclusion.basis
        left join numerator
            on denominator.event_key = numerator.event_key
            and denominator.measure_id = numerator.measure_id
            and denominator.basis = numerator.basis
        {%- endif %}
    ) as evaluated_event
    inner join {{ ref('dim_client') }} as client on evaluated_event.client_key = client.client_key
) as client_event
-- "is true" makes the planner loop over the bands instead of sorting millions of events
left join (
    select age_band, first_age_years, last_age_years from {{ ref('measure_age_band') }}
    where measure_set = '{{ measure_set }}'
) as band
    on (
        client_event.age_years between band.first_age_years and band.last_age_years
    ) is true
{%- endmacro %}

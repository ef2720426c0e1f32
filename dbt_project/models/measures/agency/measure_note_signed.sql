-- Notes signed within 24 hours, 72 hours and 7 days (rules/measures/note-signed.md#rule). One event
-- per id and visit of a sender that reports signatures.
{% set limits = {
    'note_signed_24h': 'hours_of_24h', 'note_signed_72h': 'hours_of_72h',
    'note_signed_7d': 'hours_of_7d',
} -%}
with

measurement_period as (
    {{ measure_period('note_signed', limits.values()) }}
),

signable_visit as (
    select
        visit.*,
        period.*,
        coalesce(visit.ended_at, visit.started_at) as signable_from
    from {{ ref('fct_visit') }} as visit
    -- "is true" hides the comparison from the planner, as in measure_no_show_rate
    inner join measurement_period as period
        on (visit.visit_date between period.start_date and period.end_date) is true
    where visit.client_key is not null and visit.is_note_reported
),

denominator as (
    {%- for measure_id, hours in limits.items() %}
    select
        '{{ measure_id }}' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        {{ dbt.dateadd('hour', hours, 'signable_from') }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        program_id,
        site_id,
        note_signed_at
    from signable_visit
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

exclusion as (
    select *, cast(null as varchar) as exclusion_reason
    from denominator
),

-- rules/measures/note-signed.md#rule: elapsed hours after the end of the visit
numerator as (
    select *, coalesce(note_signed_at <= window_closes_at, false) as is_met
    from exclusion
),

result as (
    {{ measure_result('note_signed', own_place=true, one_row=true) }}
)

select * from result

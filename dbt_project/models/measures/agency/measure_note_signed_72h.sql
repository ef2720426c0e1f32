-- Notes signed in time (rules/measures/note-signed.md#rule). One event per visit of a sender that
-- reports signatures.
with

measurement_period as (
    {{ measure_period('note_signed_72h', ['signing_hours']) }}
),

signable_visit as (
    select
        visit.*,
        period.measure_version,
        period.measurement_year,
        {{ dbt.dateadd(
            'hour', 'period.signing_hours', 'coalesce(visit.ended_at, visit.started_at)'
        ) }} as window_closes_at
    from {{ ref('fct_visit') }} as visit
    -- "is true" hides the comparison from the planner, as in measure_no_show_rate
    inner join measurement_period as period
        on (visit.visit_date between period.start_date and period.end_date) is true
    where visit.client_key is not null and visit.is_note_reported
),

denominator as (
    select
        'note_signed_72h' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        program_id,
        site_id,
        note_signed_at
    from signable_visit
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
    {{ measure_result('note_signed_72h', own_place=true, one_row=true) }}
)

select * from result

with released_measure_event as (
    select
        measure_id,
        measure_version,
        measurement_year,
        basis,
        client_key,
        event_key,
        event_date,
        status,
        evidence_table,
        evidence_key
    from {{ source('caseload', 'released_measure_event') }}
)

select * from released_measure_event

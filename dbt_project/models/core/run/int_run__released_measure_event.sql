with released_measure_event as (
    select * from {{ ref('stg_caseload__released_measure_event') }}
)

select * from released_measure_event

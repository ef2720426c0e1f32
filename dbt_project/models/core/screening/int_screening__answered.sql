{{ config(materialized='view') }}

with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

answer as (
    select * from {{ ref('input_screening') }}
),

known_answer as (
    select answer.* replace ({{ known_by_as_of('answer.reviewed_at') }} as reviewed_at)
    from answer
    cross join run
    where {{ happened_by_as_of('answer.administered_at') }}
)

select * from known_answer

with recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

supervisor_view as (
    select client_key, part2_view from {{ ref('int_client__supervisor_view') }}
),

shown_view as (
    select * from recipient_view
    union distinct
    select * from supervisor_view
)

select * from shown_view

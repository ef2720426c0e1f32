with recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

task as (
    select shown_task.*
    from {{ ref('int_list__shown_task') }} as shown_task
    inner join recipient_view
        on shown_task.client_key = recipient_view.client_key
        and shown_task.part2_view = recipient_view.part2_view
)

select * from task

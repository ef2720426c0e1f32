with workbook_change as (
    select
        care_manager_id,
        client_id,
        client_name,
        change,
        lane_name,
        left_reason,
        snoozed_until_date
    from {{ ref('mart_workbook_change') }}
)

select * from workbook_change

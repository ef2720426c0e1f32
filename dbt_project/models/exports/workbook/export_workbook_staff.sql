with workbook_staff as (
    select staff_id, staff_name, role
    from {{ ref('dim_staff') }}
)

select * from workbook_staff

with latest_return as (
    select
        staff_id,
        received_at,
        workbook_count,
        refusal_reason_code,
        sent_count,
        counted_count,
        look_count
    from {{ ref('mart_return') }}
)

select * from latest_return

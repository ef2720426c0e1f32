with staff as (
    select * from {{ ref('input_staff') }}
),

described_staff as (
    select
        {{ surrogate_key(['staff_id']) }} as staff_key,
        staff_id,
        staff_name,
        role,
        team,
        site_id,
        languages,
        shift_minutes,
        available_from_time,
        available_to_time,
        recipient_key
    from staff
)

select * from described_staff

with
run as (
    select as_of from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

visible_contact as (
    select
        contact.client_key,
        contact.staff_id,
        contact.channel,
        row_number() over (
            partition by contact.client_key order by contact.contacted_at desc, contact.contact_key
        ) as contact_rank
    from {{ ref('fct_contact') }} as contact
    cross join run
    inner join recipient_view on contact.client_key = recipient_view.client_key
    where contact.contacted_at <= run.as_of
        and (recipient_view.part2_view = 'full' or not contact.is_part2)
),

last_contact as (
    select
        visible_contact.client_key,
        visible_contact.channel as last_contact_channel,
        staff.staff_name as last_contact_staff_name
    from visible_contact
    left join {{ ref('dim_staff') }} as staff on visible_contact.staff_id = staff.staff_id
    where visible_contact.contact_rank = 1
)

select * from last_contact

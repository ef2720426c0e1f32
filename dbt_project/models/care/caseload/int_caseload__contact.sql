with
run as (
    select as_of from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

outcome as (
    select outcome, is_two_way or pause_reason is not null as is_answer
    from {{ ref('contact_outcome') }}
),

visible_contact as (
    select
        contact.client_key,
        contact.staff_id,
        contact.contacted_at,
        contact.channel,
        contact.is_two_way,
        coalesce(outcome.is_answer, false) as is_answer,
        row_number() over (
            partition by contact.client_key order by contact.contacted_at desc, contact.contact_key
        ) as contact_rank,
        max(case when contact.is_two_way then contact.contacted_at end) over (
            partition by contact.client_key
        ) as last_reached_at
    from {{ ref('fct_contact') }} as contact
    cross join run
    inner join recipient_view on contact.client_key = recipient_view.client_key
    left join outcome on contact.outcome = outcome.outcome
    where contact.contacted_at <= run.as_of
        and (recipient_view.part2_view = 'full' or not contact.is_part2)
),

-- rules/caseload-sheets.md#tries: no answer in 14 elapsed days, since the client was reached
client_contact as (
    select
        visible_contact.client_key,
        max(case when visible_contact.contact_rank = 1 then visible_contact.channel end)
            as last_contact_channel,
        max(case when visible_contact.contact_rank = 1 then staff.staff_name end)
            as last_contact_staff_name,
        cast(count(case
            when not visible_contact.is_answer
                and visible_contact.contacted_at > run.as_of - interval '14 days'
                and coalesce(
                    visible_contact.contacted_at > visible_contact.last_reached_at, true
                )
                then 1
        end) as integer) as tries_14d
    from visible_contact
    cross join run
    left join {{ ref('dim_staff') }} as staff on visible_contact.staff_id = staff.staff_id
    group by visible_contact.client_key
)

select * from client_contact

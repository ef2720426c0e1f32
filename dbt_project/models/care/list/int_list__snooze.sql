with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

shown_view as (
    select client_key, part2_view from {{ ref('int_client__shown_view') }}
),

-- the latest contact that names a day decides
follow_up as (
    select
        contact.client_key,
        shown_view.part2_view,
        contact.contacted_at as snoozed_at,
        least(
            contact.next_follow_up_date,
            contact.contacted_date + cast({{ list_setting('snooze_days') }} as integer)
        ) as snoozed_until_date,
        row_number() over (
            partition by contact.client_key, shown_view.part2_view
            order by contact.contacted_at desc, contact.contact_key
        ) as contact_rank
    from {{ ref('fct_contact') }} as contact
    inner join shown_view
        on contact.client_key = shown_view.client_key
        and (shown_view.part2_view = 'full' or not contact.is_part2)
    where contact.next_follow_up_date is not null
),

-- rules/tasks-and-lanes.md#snooze: listed again on the day itself
snooze as (
    select
        follow_up.client_key, follow_up.part2_view, follow_up.snoozed_at,
        follow_up.snoozed_until_date
    from follow_up
    inner join run on follow_up.snoozed_until_date > run.as_of_date
    where follow_up.contact_rank = 1
)

select * from snooze

with run as (
    select
        *,
        as_of - {{ list_setting('try_window_days') }} * interval '1 day' as tries_from
    from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

next_step as (
    select outcome, is_try from {{ ref('contact_next_step') }}
),

contact_outcome as (
    select outcome, pause_reason from {{ ref('contact_outcome') }}
    where needs_confirmation
),

number_change as (
    select * from {{ ref('int_client__number_change') }}
),

last_visit as (
    select client_key, part2_view, last_kept_at from {{ ref('int_engagement__last_visit') }}
    where service_line = 'any'
),

visible_contact as (
    select
        contact.client_key,
        contact.contacted_at,
        contact.contacted_date,
        contact.channel,
        contact.outcome,
        contact.is_two_way,
        next_step.is_try and not contact.is_two_way as is_try,
        contact_outcome.pause_reason as report,
        last_visit.last_kept_at,
        max(case when contact.is_two_way then contact.contacted_at end)
            over (partition by contact.client_key) as two_way_at,
        max(case when contact.is_two_way and contact.channel in ('phone', 'text')
                then contact.contacted_at
        end) over (partition by contact.client_key) as number_worked_at
    from {{ ref('fct_contact') }} as contact
    inner join recipient_view
        on contact.client_key = recipient_view.client_key
        and (recipient_view.part2_view = 'full' or not contact.is_part2)
    left join next_step on contact.outcome = next_step.outcome
    left join contact_outcome on contact.outcome = contact_outcome.outcome
    left join last_visit
        on recipient_view.client_key = last_visit.client_key
        and recipient_view.part2_view = last_visit.part2_view
),

-- rules/tasks-and-lanes.md#tries: a two-way contact or a kept visit starts the count again
dated_contact as (
    select *, greatest(two_way_at, last_kept_at) as reached_at from visible_contact
),

counted_contact as (
    select
        contact.*,
        contact.contacted_at > run.tries_from as is_recent,
        contact.is_try
        and contact.contacted_at > run.tries_from
        and (contact.reached_at is null or contact.contacted_at > contact.reached_at)
            as counts_as_try,
        contact.report is not null
        and (contact.reached_at is null or contact.contacted_at > contact.reached_at)
            as counts_as_report,
        contact.outcome = 'wrong_number'
        and coalesce(contact.contacted_at > number_change.changed_at, true) as counts_as_wrong
    from dated_contact as contact
    cross join run
    left join number_change on contact.client_key = number_change.client_key
),

reported_contact as (
    select
        *,
        max(case when counts_as_report then contacted_at end)
            over (partition by client_key) as reported_at
    from counted_contact
),

client_contact as (
    select
        client_key,
        cast(count(case when is_recent then 1 end) as integer) as attempts_14d,
        cast(count(case when counts_as_try then 1 end) as integer) as try_count,
        cast(count(distinct case when counts_as_try then channel end) as integer)
            as try_channel_count,
        {{ listed_texts('case when counts_as_try then channel end') }} as try_channels,
        max(case when counts_as_try then contacted_at end) as last_try_at,
        -- each wrong number is another one of the record's numbers
        cast(count(distinct case when counts_as_wrong then contacted_at end) as integer)
            as wrong_number_count,
        cast(count(distinct case
            when counts_as_wrong and coalesce(contacted_at > number_worked_at, true)
                then contacted_at
        end) as integer) as new_wrong_number_count,
        max(case when counts_as_wrong then contacted_date end) as wrong_number_date,
        max(case when counts_as_report then contacted_date end) as reported_left_date,
        -- the latest report; of two at one time that of a death, the first in the alphabet
        min(case when counts_as_report and contacted_at = reported_at then report end)
            as reported_left
    from reported_contact
    group by client_key
)

select * from client_contact

with run as (
    select * from {{ ref('int_run__as_of') }}
),

recipient as (
    select
        client_key,
        coalesce(recipient_staff_id, owner_staff_id) as team_staff_id
    from {{ ref('int_client__recipient') }}
    where is_listable
),

client as (
    select client_key, ok_to_call, address from {{ ref('dim_client') }}
),

contact_person as (
    select * from {{ ref('int_call__contact_person') }}
),

number as (
    select * from {{ ref('int_call__number') }}
),

contact as (
    select * from {{ ref('int_call__contact_log') }}
),

staff as (
    select staff_id, staff_name, role, team from {{ ref('dim_staff') }}
),

supervisor as (
    select
        member.staff_id,
        supervisor.staff_name,
        row_number() over (
            partition by member.staff_id order by supervisor.staff_id
        ) as supervisor_rank
    from staff as member
    inner join staff as supervisor on member.team = supervisor.team
    where supervisor.role = 'supervisor'
),

number_count as (
    select client_key, cast(count(*) as integer) as number_count
    from number
    group by client_key
),

-- rules/tasks-and-lanes.md#tries: each wrong number strikes out the next one of the record; where
-- none is left and one worked later, only the wrong numbers since then count
counted_client as (
    select
        recipient.client_key,
        recipient.team_staff_id,
        coalesce(number_count.number_count, 0) as number_count,
        case
            when contact.wrong_number_count < number_count.number_count
                then contact.wrong_number_count
            else coalesce(contact.new_wrong_number_count, 0)
        end as wrong_number_count
    from recipient
    left join contact on recipient.client_key = contact.client_key
    left join number_count on recipient.client_key = number_count.client_key
),

described_client as (
    select
        counted.client_key,
        counted.number_count,
        counted.wrong_number_count,
        contact_person.is_minor,
        contact_person.is_confidential,
        contact_person.has_guardian,
        contact_person.guardian_name,
        coalesce(not client.ok_to_call, false) as is_call_refused,
        offered.digits as offered_digits,
        offered.number_kind,
        case when counted.wrong_number_count > 0 then struck.digits end as struck_digits,
        nullif(trim(client.address), '') as address,
        contact.wrong_number_date,
        contact.try_count,
        contact.try_channel_count,
        contact.try_channels,
        contact.last_try_at,
        contact.reported_left,
        contact.reported_left_date,
        supervisor.staff_name as supervisor_name
    from counted_client as counted
    inner join client on counted.client_key = client.client_key
    inner join contact_person on counted.client_key = contact_person.client_key
    left join contact on counted.client_key = contact.client_key
    left join number as offered
        on counted.client_key = offered.client_key
        and counted.wrong_number_count + 1 = offered.number_rank
    left join number as struck
        on counted.client_key = struck.client_key and struck.number_rank = 1
    left join supervisor
        on counted.team_staff_id = supervisor.staff_id and supervisor.supervisor_rank = 1
),

call as (
    select
        client_key,
        case when has_guardian then 'guardian' else 'client' end as contact_person,
        case when not is_call_refused then offered_digits end as phone,
        number_kind,
        struck_digits,
        wrong_number_count,
        wrong_number_date,
        case
            when is_call_refused then 'do_not_call'
            when number_count = 0 and address is null then 'no_address'
            when number_count = 0 then 'no_number'
            when offered_digits is null then 'find_number'
            when try_count >= {{ list_setting('tries_before_letter') }}
                and try_channel_count >= {{ list_setting('channels_before_letter') }}
                then 'unable_to_reach'
            when try_count >= {{ list_setting('tries_before_other_channel') }} then 'other_channel'
            when try_count > 0 then 'another_time'
        end as call_step,
        is_minor,
        is_confidential,
        has_guardian,
        guardian_name,
        address,
        coalesce(try_count, 0) as try_count,
        try_channels,
        {{ local_timestamp('last_try_at', 'run.time_zone') }} as last_try_local,
        reported_left,
        reported_left_date,
        supervisor_name
    from described_client
    cross join run
)

select * from call

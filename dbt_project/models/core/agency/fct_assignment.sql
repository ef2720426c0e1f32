with assignment_record as (
    {{ client_record('assignment', day='record.start_date', has_program=false) }}
),

run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

own_assignment as (
    select client_key, staff_id, start_date, end_date, received_at from assignment_record
    where not is_provisional and role = 'care_manager'
),

chosen_assignment as (
    select
        *,
        row_number() over (
            partition by coalesce(cast(client_key as {{ dbt.type_string() }}), assignment_id)
            order by start_date desc, received_at desc, assignment_id desc
        ) as recency
    from assignment_record
    where is_provisional
),

pass_request as (
    select client_key, staff_id from {{ ref('int_return__pass_request') }}
),

-- rules/returned-workbooks.md#assignment-choices: until the record system sends its own, which the
-- assignment of who passed the client is not
lapsed_choice as (
    select distinct chosen.is_provisional, chosen.assignment_id
    from chosen_assignment as chosen
    inner join own_assignment as own on chosen.client_key = own.client_key
    left join pass_request
        on own.client_key = pass_request.client_key and own.staff_id = pass_request.staff_id
    where own.start_date >= chosen.start_date
        or (
            pass_request.client_key is null
            and own.received_at > chosen.received_at
            and coalesce(own.end_date >= chosen.start_date, true)
        )
),

current_record as (
    select record.*
    from assignment_record as record
    left join chosen_assignment as chosen
        on record.is_provisional = chosen.is_provisional
        and record.assignment_id = chosen.assignment_id
    left join lapsed_choice
        on record.is_provisional = lapsed_choice.is_provisional
        and record.assignment_id = lapsed_choice.assignment_id
    where not record.is_provisional
        or (chosen.recency = 1 and lapsed_choice.assignment_id is null)
),

assignment as (
    select
        {{ surrogate_key(['source', 'assignment_id']) }} as assignment_key,
        assignment_id,
        client_key,
        staff_id,
        role,
        start_date,
        case when end_date > run.as_of_date then null else end_date end as end_date,
        false as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from current_record
    cross join run
)

select * from assignment

-- rules/returned-workbooks.md#passes
with request as (
    {{ client_record(
        'pass_request',
        day=local_date('record.received_at', 'run.time_zone'),
        happened_at='record.received_at',
        has_program=false
    ) }}
),

pass_request as (
    select
        client_key,
        task_key,
        staff_id,
        pass_to_staff_id,
        -- the care manager's words may reveal a Part 2 program
        case when not is_part2 then pass_reason end as pass_reason,
        record_date as requested_date,
        received_at,
        row_number() over (
            partition by client_key order by received_at desc, batch_rank desc, evidence_key desc
        ) as recency
    from request
    where client_key is not null
),

latest_request as (
    select
        client_key, task_key, staff_id, pass_to_staff_id, pass_reason, requested_date, received_at
    from pass_request
    where recency = 1
)

select * from latest_request

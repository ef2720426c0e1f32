with record as (
    {{ sender_record('outreach_log', 'contact', client_source='ehr') }}
),

run as (
    select as_of, time_zone from {{ ref('input_run') }}
),

dated_contact as (
    select
        record.*,
        {{ local_date('record.contacted_at', 'run.time_zone') }} as contacted_date,
        {{ local_date('record.received_at', 'run.time_zone') }} as received_date,
        run.as_of,
        run.time_zone
    from record
    cross join run
),

contact as (
    select
        record.contact_id,
        record.task_key,
        record.staff_id,
        record.contacted_at as reported_at,
        -- rules/dates-and-times.md#date-only, but nothing is later than as_of
        case
            when record.contacted_precision = 'date' and record.contacted_at <= record.as_of
                then least(
                        {{ end_of_local_day('record.contacted_date', 'record.time_zone') }},
                        record.as_of
                    )
            else record.contacted_at
        end as contacted_at,
        record.contacted_precision,
        record.channel,
        record.outcome,
        record.is_two_way,
        record.appointment_id,
        record.next_follow_up_date,
        record.minutes,
        record.instructions_reviewed,
        record.medications_reconciled,
        record.summary_received,
        record.same_time_number,
        -- rules/returned-workbooks.md#after-return
        coalesce(
            record.is_returned and record.contacted_date > record.received_date, false
        ) as is_after_return,
        {{ lineage_columns('record') }}
    from dated_contact as record
)

select * from contact

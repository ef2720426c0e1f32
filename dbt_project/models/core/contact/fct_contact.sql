with contact_record as (
    {{ client_record(
        'contact',
        day=local_date('record.contacted_at', 'run.time_zone'),
        happened_at='record.contacted_at',
        has_program=false
    ) }}
),

contact_outcome as (
    select outcome, is_two_way from {{ ref('contact_outcome') }}
),

client as (
    select client_key, recipient_staff_id from {{ ref('int_client__recipient') }}
),

contact as (
    select
        -- a contact without an id is identified by client, staff member and time, as in the
        -- contract's key
        case
            when record.contact_id is not null
                then {{ surrogate_key(['record.source', "'id'", 'record.contact_id']) }}
            when record.same_time_number is not null
                then {{ surrogate_key([
                'record.source', "'time'", 'record.source_client_id', 'record.staff_id',
                'record.reported_at', 'record.same_time_number',
            ]) }}
            else {{ surrogate_key([
                'record.source', "'time'", 'record.source_client_id', 'record.staff_id',
                'record.reported_at',
            ]) }}
        end as contact_key,
        record.client_key,
        record.contact_id,
        record.task_key,
        record.staff_id,
        record.contacted_at,
        record.contacted_precision,
        record.record_date as contacted_date,
        record.channel,
        record.outcome,
        coalesce(record.is_two_way, contact_outcome.is_two_way, false) as is_two_way,
        record.appointment_id,
        record.next_follow_up_date,
        record.minutes,
        record.instructions_reviewed,
        record.medications_reconciled,
        record.summary_received,
        -- rules/privacy.md#consent: a contact discloses nothing to the staff member who made it, if
        -- that staff member receives the client's list row
        record.is_part2
        and coalesce(record.staff_id <> client.recipient_staff_id, true) as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from contact_record as record
    left join client on record.client_key = client.client_key
    left join contact_outcome on record.outcome = contact_outcome.outcome
    -- rules/returned-workbooks.md#after-return
    where not coalesce(record.is_after_return, false)
)

select * from contact

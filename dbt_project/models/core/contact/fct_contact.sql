with run as (
    select as_of, time_zone from {{ ref('int_run__as_of') }}
),

contact as (
    select * from {{ ref('stg_outreach_log__contact') }}
),

contact_outcome as (
    select outcome, is_two_way from {{ ref('contact_outcome') }}
),

client as (
    select matched.source_client_id, matched.client_key, dim_client.care_manager_id
    from {{ ref('int_client__matched') }} as matched
    inner join {{ ref('dim_client') }} as dim_client on matched.client_key = dim_client.client_key
    where matched.source = 'ehr'
),

part2_span as (
    select * from {{ ref('int_client__part2_span') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- the zone meets the rows before any join: DuckDB looks it up once, not once a row
local_contact as (
    select contact.*, {{ local_date('contact.contacted_at', 'run.time_zone') }} as contacted_date
    from contact
    cross join run
    where {{ happened_by_as_of('contact.contacted_at') }}
),

client_contact as (
    select
        contact.*,
        client.client_key,
        client.care_manager_id,
        batch.first_received_at
    from local_contact as contact
    left join client on contact.source_client_id = client.source_client_id
    left join batch on contact._batch_id = batch.batch_id
),

recorded_contact as (
    select
        -- a contact without an id is known by client, staff and moment, as in the contract's key
        case
            when contact.contact_id is not null
                then {{ surrogate_key(["'id'", 'contact.contact_id']) }}
            else {{ surrogate_key(
                ["'moment'", 'contact.source_client_id', 'contact.staff_id', 'contact.contacted_at']
            ) }}
        end as contact_key,
        contact.client_key,
        contact.contact_id,
        contact.task_key,
        contact.staff_id,
        contact.contacted_at,
        contact.contacted_date,
        contact.channel,
        contact.outcome,
        coalesce(contact.is_two_way, contact_outcome.is_two_way, false) as is_two_way,
        contact.appointment_id,
        contact.next_follow_up_date,
        contact.minutes,
        contact.instructions_reviewed,
        contact.medications_reconciled,
        -- what the client's own care manager wrote discloses nothing to her
        -- (rules/privacy.md#consent)
        part2_span.client_key is not null
        and coalesce(contact.staff_id <> contact.care_manager_id, true) as is_part2,
        contact.first_received_at as received_at,
        'raw_outreach_log.contact' as evidence_table,
        contact._batch_id || ':' || cast(contact._source_row as {{ dbt.type_string() }})
            as evidence_key
    from client_contact as contact
    left join contact_outcome on contact.outcome = contact_outcome.outcome
    left join part2_span
        on contact.client_key = part2_span.client_key
        and contact.contacted_date between part2_span.start_date and part2_span.end_date
)

select * from recorded_contact

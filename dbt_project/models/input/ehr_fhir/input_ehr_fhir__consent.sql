with record as (
    {{ sender_record('ehr_fhir', 'Consent', part2_label='record.part2_label is not null') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

recipient as (
    select source_value as resource_type, mapped_value as recipient_type from {{ ref('fhir_code') }}
    where kind = 'consent_recipient'
),

purpose as (
    select source_value as purpose_code, mapped_value as purpose from {{ ref('fhir_code') }}
    where kind = 'consent_purpose'
),

-- rules/privacy.md#consent, default deny: only a permission whose label names the records it covers
-- and that names its recipient
consent as (
    select
        record.consent_id,
        recipient.recipient_type,
        record.actor_id as recipient_id,
        purpose.purpose,
        'part2' as scope,
        record.program_id,
        {{ local_date('coalesce(record.started_at, record.consented_at)', 'run.time_zone') }}
            as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as end_date,
        case
            when record.status = 'inactive' then coalesce(record.last_updated, record.received_at)
        end as revoked_at,
        {{ lineage_columns('record') }}
    from record
    cross join run
    inner join recipient on record.actor_type = recipient.resource_type
    inner join purpose on coalesce(record.purpose_code, 'none') = purpose.purpose_code
    where
        record.status in ('active', 'inactive')
        and record.provision_type = 'permit'
        and record.label_code in ('42CFRPart2', 'ETH')
        and record.actor_id is not null
        and coalesce(record.started_at, record.consented_at) is not null
)

select * from consent

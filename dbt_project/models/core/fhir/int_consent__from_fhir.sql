{{ config(materialized='view') }}

with consent_record as (
    {{ fhir_record(
        'Consent',
        day=local_date('coalesce(record.started_at, record.consented_at)', 'run.time_zone'),
        has_program=true
    ) }}
),

run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

recipient as (
    select told as resource_type, meaning as recipient_type from {{ ref('fhir_code') }}
    where kind = 'consent_recipient'
),

purpose as (
    select told as purpose_code, meaning as purpose from {{ ref('fhir_code') }}
    where kind = 'consent_purpose'
),

-- rules/privacy.md#consent, default deny: only a permission that says by its label which records it
-- is about, and names who may know
consent as (
    select
        {{ surrogate_key(["'ehr_fhir'", 'record.consent_id']) }} as consent_key,
        record.consent_id,
        record.client_key,
        recipient.recipient_type,
        record.actor_id as recipient_id,
        purpose.purpose,
        'part2' as scope,
        record.program_id,
        record.record_date as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as end_date,
        case when record.status = 'inactive'
                then coalesce(record.last_updated, record.received_at)
        end as revoked_at,
        false as is_part2,
        record.received_at,
        record.evidence_table,
        record.evidence_key
    from consent_record as record
    cross join run
    inner join recipient on record.actor_type = recipient.resource_type
    inner join purpose on coalesce(record.purpose_code, 'none') = purpose.purpose_code
    where
        record.status in ('active', 'inactive')
        and record.provision_type = 'permit'
        and record.label_code in ('42CFRPart2', 'ETH')
        and record.actor_id is not null
        and record.record_date is not null
)

select * from consent

with consent_record as (
    {{ agency_record('ehr', 'consent', day='record.start_date') }}
),

consent as (
    select
        {{ surrogate_key(["'ehr'", 'consent_id']) }} as consent_key,
        consent_id,
        client_key,
        recipient_type,
        recipient_id,
        purpose,
        scope,
        program_id,
        start_date,
        end_date,
        revoked_at,
        false as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from consent_record
    union all
    select * from {{ ref('int_consent__from_fhir') }}
)

select * from consent

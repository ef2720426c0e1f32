with consent_record as (
    {{ client_record('consent', day='record.start_date') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

consent as (
    select
        {{ surrogate_key(['source', 'consent_id']) }} as consent_key,
        consent_id,
        client_key,
        recipient_type,
        recipient_id,
        purpose,
        scope,
        program_id,
        start_date,
        end_date,
        {{ known_by_as_of('revoked_at') }} as revoked_at,
        false as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from consent_record
    cross join run
)

select * from consent

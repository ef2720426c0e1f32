-- a renewal is on file before it starts, so the earlier of its start and its delivery counts
with authorization_record as (
    {{ client_record(
        'authorization',
        day='record.start_date',
        happened_at='least(' ~ start_of_local_day('record.start_date', 'run.time_zone')
            ~ ', record.received_at)',
        has_program=false
    ) }}
),

payer_authorization as (
    select
        {{ surrogate_key(['source', 'authorization_id']) }} as authorization_key,
        authorization_id,
        client_key,
        payer,
        service_line,
        start_date,
        end_date,
        units_approved,
        units_used,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from authorization_record
)

select * from payer_authorization

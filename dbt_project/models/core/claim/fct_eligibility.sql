with eligibility_record as (
    {{ client_record('eligibility', day='record.start_date', has_program=false) }}
),

-- a payer's rows are not Part 2 records; the agency's rows are, for a client enrolled in a program
client_enrollment as (
    select
        client_key,
        basis,
        payer_type,
        start_date,
        end_date,
        is_dual,
        basis = 'agency' and is_part2 as is_part2,
        received_at,
        evidence_table,
        evidence_key
    from eligibility_record
    where client_key is not null
),

-- plans, data sources and renewals of one payer type overlap or follow each other
merged_enrollment as (
    {{ merged_spans('client_enrollment', ['client_key', 'basis', 'payer_type']) }}
),

-- the first row of a span is its evidence
ranked_enrollment as (
    select
        client_enrollment.*,
        span.start_date as span_start_date,
        span.end_date as span_end_date,
        row_number() over (
            partition by span.client_key, span.basis, span.payer_type, span.start_date
            order by
                client_enrollment.start_date, client_enrollment.evidence_table,
                client_enrollment.evidence_key
        ) as evidence_rank
    from merged_enrollment as span
    inner join client_enrollment
        on span.client_key = client_enrollment.client_key
        and span.basis = client_enrollment.basis
        and span.payer_type = client_enrollment.payer_type
        and client_enrollment.start_date between span.start_date and span.end_date
),

eligibility as (
    select
        {{ surrogate_key(['client_key', 'basis', 'payer_type', 'span_start_date']) }}
            as eligibility_key,
        client_key,
        basis,
        payer_type,
        span_start_date as start_date,
        span_end_date as end_date,
        bool_or(is_dual) as is_dual,
        bool_or(is_part2) as is_part2,
        min(received_at) as received_at,
        max(case when evidence_rank = 1 then evidence_table end) as evidence_table,
        max(case when evidence_rank = 1 then evidence_key end) as evidence_key
    from ranked_enrollment
    group by client_key, basis, payer_type, span_start_date, span_end_date
)

select * from eligibility

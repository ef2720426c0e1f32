with enrollment as (
    select * from {{ ref('stg_claims__eligibility') }}
),

client as (
    select source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
    where source = 'claims'
),

dual_status as (
    select * from {{ ref('dual_status') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- a member may sit in several rows of one payer type: plans, data sources, renewals. What the
-- agency's record says stays apart: a payer knows whom it has enrolled, a front desk was told
payer_enrollment as (
    select
        client.client_key,
        'payer' as basis,
        coalesce(enrollment.payer_type, 'other') as payer_type,
        enrollment.enrollment_start_date as start_date,
        coalesce(enrollment.enrollment_end_date, cast('9999-12-31' as date)) as end_date,
        coalesce(dual_status.is_dual, false) as is_dual,
        false as is_part2,
        batch.first_received_at,
        {{ evidence_columns('raw_claims.eligibility', 'enrollment') }}
    from enrollment
    inner join client
        on enrollment.data_source = client.source_scope
        and enrollment.source_client_id = client.source_client_id
    left join dual_status on enrollment.dual_status_code = dual_status.dual_status_code
    left join batch on enrollment._batch_id = batch.batch_id
    union all
    select
        client_key,
        'agency',
        payer_type,
        start_date,
        end_date,
        is_dual,
        is_part2,
        first_received_at,
        evidence_table,
        evidence_key
    from {{ ref('int_coverage__from_fhir') }}
),

merged_enrollment as (
    {{ merged_spans('payer_enrollment', ['client_key', 'basis', 'payer_type']) }}
),

-- the first row of a span is its evidence
enrolled_row as (
    select
        payer_enrollment.*,
        span.start_date as span_start_date,
        span.end_date as span_end_date,
        row_number() over (
            partition by span.client_key, span.basis, span.payer_type, span.start_date
            order by
                payer_enrollment.start_date, payer_enrollment.evidence_table,
                payer_enrollment.evidence_key
        ) as row_order
    from merged_enrollment as span
    inner join payer_enrollment
        on span.client_key = payer_enrollment.client_key
        and span.basis = payer_enrollment.basis
        and span.payer_type = payer_enrollment.payer_type
        and payer_enrollment.start_date between span.start_date and span.end_date
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
        min(first_received_at) as received_at,
        max(case when row_order = 1 then evidence_table end) as evidence_table,
        max(case when row_order = 1 then evidence_key end) as evidence_key
    from enrolled_row
    group by client_key, basis, payer_type, span_start_date, span_end_date
)

select * from eligibility

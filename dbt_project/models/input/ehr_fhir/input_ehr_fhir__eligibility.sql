with record as (
    {{ sender_record('ehr_fhir', 'Coverage') }}
),

run as (
    select time_zone from {{ ref('input_run') }}
),

coverage_type as (
    select source_value, mapped_value from {{ ref('fhir_code') }}
    where kind = 'coverage_type'
),

-- a cancelled, draft or erroneous Coverage insures the client on no day; one without a start is
-- known to be in force when it was last updated, else when it was received
active_coverage as (
    select
        record.*,
        {{ local_date(
            'coalesce(record.started_at, record.last_updated, record.received_at)',
            'run.time_zone'
        ) }} as start_date,
        {{ local_date('record.ended_at', 'run.time_zone') }} as end_date,
        'sopt:' || regexp_extract(record.type_code, '^[0-9]+$') as payment_type
    from record
    cross join run
    where record.status = 'active'
),

-- each further digit of a Source of Payment Typology code narrows the payer: the longest known
-- prefix decides
typed_coverage as (
    select
        active_coverage.*,
        coalesce(
            exact_type.mapped_value, narrow_type.mapped_value, broad_type.mapped_value, 'other'
        )
            as coverage_type
    from active_coverage
    left join coverage_type as exact_type on active_coverage.type_code = exact_type.source_value
    left join coverage_type as narrow_type
        on left(active_coverage.payment_type, 7) = narrow_type.source_value
    left join coverage_type as broad_type
        on left(active_coverage.payment_type, 6) = broad_type.source_value
),

eligibility as (
    select
        'agency' as basis,
        case when coverage_type = 'dual' then 'medicare' else coverage_type end as payer_type,
        start_date,
        coalesce(end_date, cast('9999-12-31' as date)) as end_date,
        coverage_type = 'dual' as is_dual,
        {{ lineage_columns('typed_coverage') }}
    from typed_coverage
    where coverage_type <> 'none'
)

select * from eligibility

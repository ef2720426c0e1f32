{{ config(materialized='view') }}

with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

coverage_type as (
    select told, meaning from {{ ref('fhir_code') }}
    where kind = 'coverage_type'
),

client as (
    select source_client_id, client_key
    from {{ ref('int_client__matched') }}
    where source = 'ehr_fhir'
),

part2_span as (
    select * from {{ ref('int_client__part2_span') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- what was withdrawn, drafted or entered in error covers nobody; without a start it is known to
-- hold from when it was told
dated_coverage as (
    select
        coverage.*,
        {{ local_date(
            'coalesce(coverage.started_at, coverage.last_updated, batch.first_received_at)',
            'run.time_zone'
        ) }} as start_date,
        {{ local_date('coverage.ended_at', 'run.time_zone') }} as end_date,
        'sopt:' || regexp_extract(coverage.type_code, '^[0-9]+$') as payment_type,
        batch.first_received_at
    from {{ ref('stg_ehr_fhir__coverage') }} as coverage
    cross join run
    left join batch on coverage._batch_id = batch.batch_id
    where coverage.status = 'active'
),

-- codes of payment are a tree by digits: the longest that is known says the payer
typed_coverage as (
    select
        dated_coverage.*,
        coalesce(exact_type.meaning, narrow_type.meaning, broad_type.meaning, 'other')
            as payer_type
    from dated_coverage
    left join coverage_type as exact_type on dated_coverage.type_code = exact_type.told
    left join coverage_type as narrow_type
        on left(dated_coverage.payment_type, 7) = narrow_type.told
    left join coverage_type as broad_type
        on left(dated_coverage.payment_type, 6) = broad_type.told
),

coverage as (
    select
        client.client_key,
        case when typed_coverage.payer_type = 'dual' then 'medicare' else typed_coverage.payer_type
        end as payer_type,
        typed_coverage.start_date,
        coalesce(typed_coverage.end_date, cast('9999-12-31' as date)) as end_date,
        typed_coverage.payer_type = 'dual' as is_dual,
        part2_span.client_key is not null as is_part2,
        typed_coverage.first_received_at,
        {{ evidence_columns('raw_ehr_fhir.Coverage', 'typed_coverage') }}
    from typed_coverage
    inner join client on typed_coverage.source_client_id = client.source_client_id
    left join part2_span
        on client.client_key = part2_span.client_key
        and typed_coverage.start_date between part2_span.start_date and part2_span.end_date
    where typed_coverage.payer_type <> 'none'
)

select * from coverage

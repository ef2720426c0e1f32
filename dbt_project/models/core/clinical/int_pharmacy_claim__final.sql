with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

matched as (
    select source, source_scope, source_client_id, client_key from {{ ref('int_client__matched') }}
),

medication_code as (
    select * from {{ ref('int_medication_code__classified') }}
    where code_system = 'ndc'
),

-- rules/encounters-and-claims.md#pharmacy-claims: the last version of a fill decides
ranked_version as (
    select
        claim.*,
        row_number() over (
            partition by claim.source, claim.client_scope, claim.payer, claim.fill_id
            order by
                claim.version_date desc nulls last, claim.version_rank desc, claim.batch_rank desc,
                claim._source_row desc
        ) as version_order
    from {{ ref('input_pharmacy_claim') }} as claim
    cross join run
    where {{ dated_by_as_of('claim.dispensing_date') }}
),

-- a payer's row is a Part 2 record only where the sender labels it
final_fill as (
    select
        {{ surrogate_key(['fill.source', 'fill.client_scope', 'fill.payer', 'fill.fill_id']) }}
            as pharmacy_claim_key,
        matched.client_key,
        fill.dispensing_date,
        fill.ndc_code,
        coalesce(medication_code.medication_class, 'other') as medication_class,
        coalesce(medication_code.is_injection, false) as is_injection,
        medication_code.injection_days,
        fill.days_supply,
        fill.is_part2_labelled as is_part2,
        fill.received_at,
        fill.evidence_table,
        fill.evidence_key
    from ranked_version as fill
    left join matched
        on fill.client_source = matched.source
        and fill.client_scope = matched.source_scope
        and fill.source_client_id = matched.source_client_id
    left join medication_code on replace(fill.ndc_code, '-', '') = medication_code.code
    where fill.version_order = 1 and not fill.is_reversal
)

select * from final_fill

{#
    What the agency renews, with the start of the next one. A renewal is on file as soon as it is known, so a
    successor that has not started yet counts from its delivery.
#}
with plan as (
    select
        'plan_review' as task_type,
        client_key,
        program_id as renewed_within,
        plan_id as item_id,
        treatment_plan_key as item_key,
        start_date,
        next_review_date as due_date,
        status = 'active' as is_in_force,
        start_date as order_date,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from {{ ref('fct_treatment_plan') }}
    where status <> 'draft'
),

payer_authorization as (
    select
        'authorization_end' as task_type,
        client_key,
        service_line as renewed_within,
        authorization_id as item_id,
        authorization_key as item_key,
        start_date,
        end_date as due_date,
        true as is_in_force,
        coalesce(end_date, cast('9999-12-31' as date)) as order_date,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from {{ ref('fct_authorization') }}
),

-- an agency's word on coverage counts where the payer reports none of that type
reported_coverage as (
    select
        *,
        bool_or(basis = 'payer') over (partition by client_key, payer_type) as has_payer_report
    from {{ ref('fct_eligibility') }}
),

-- any coverage that starts later and lasts longer follows: a client may move to another payer
coverage as (
    select
        'coverage_end' as task_type,
        coverage.client_key,
        '' as renewed_within,
        client.client_id || ':' || coverage.payer_type as item_id,
        coverage.eligibility_key as item_key,
        coverage.start_date,
        nullif(coverage.end_date, cast('9999-12-31' as date)) as due_date,
        true as is_in_force,
        coverage.start_date as order_date,
        coverage.received_at,
        coverage.is_part2,
        coverage.evidence_table,
        coverage.evidence_key
    from reported_coverage as coverage
    inner join {{ ref('dim_client') }} as client on coverage.client_key = client.client_key
    where coverage.basis = 'payer' or not coverage.has_payer_report
),

-- rules/privacy.md#inference: where the client has Part 2 records, the end of a consent points to
-- them, so only the view with those records has it
consent as (
    select
        'consent_end' as task_type,
        consent.client_key,
        coalesce(consent.recipient_type, '') || ':' || coalesce(consent.recipient_id, '') || ':'
        || coalesce(consent.scope, '') || ':' || coalesce(consent.program_id, '')
            as renewed_within,
        consent.consent_id as item_id,
        consent.consent_key as item_key,
        consent.start_date,
        consent.end_date as due_date,
        true as is_in_force,
        coalesce(consent.end_date, cast('9999-12-31' as date)) as order_date,
        consent.received_at,
        part2_client.client_key is not null as is_part2,
        consent.evidence_table,
        consent.evidence_key
    from {{ ref('fct_consent') }} as consent
    left join (
        select distinct client_key from {{ ref('int_client__part2_origin') }}
    ) as part2_client
        on consent.client_key = part2_client.client_key
    where consent.revoked_at is null
),

item as (
    {%- for entity in ['plan', 'payer_authorization', 'coverage', 'consent'] %}
    select * from {{ entity }}
    where client_key is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

item_by_view as (
    select client_part2_view.part2_view, item.*
    from item
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on item.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not item.is_part2
),

followed_item as (
    select
        *,
        lead(start_date) over in_order as next_start_date,
        lead(received_at) over in_order as next_received_at,
        lead(coalesce(due_date, cast('9999-12-31' as date))) over in_order as next_due_date
    from item_by_view
    window
        in_order as (
            partition by part2_view, task_type, client_key, renewed_within
            order by order_date, start_date, item_id
        )
),

-- what ends no later renews nothing, and what was replaced or ended early is not due
dated_item as (
    select
        *,
        next_due_date > due_date as is_followed
    from followed_item
    where due_date is not null and (is_in_force or next_due_date > due_date)
)

select * from dated_item

with run as (
    select * from {{ ref('int_run__as_of') }}
),

-- both views of a stay, which are the same without Part 2 records
center_contact as (
    select distinct
        'center' as channel,
        1 as channel_order,
        stay_key as event_id,
        client_key,
        admitted_at as started_at,
        admit_date as contact_date,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from {{ ref('int_stay__by_part2_view') }}
    where stay_class = 'crisis'
),

visit_contact as (
    select
        'visit' as channel,
        2 as channel_order,
        visit_key as event_id,
        client_key,
        started_at,
        visit_date as contact_date,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from {{ ref('fct_visit') }}
    where is_crisis
),

intake_contact as (
    select
        'intake' as channel,
        3 as channel_order,
        intake_key as event_id,
        client_key,
        first_contact_at as started_at,
        first_contact_date as contact_date,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from {{ ref('fct_intake') }}
    where urgency = 'crisis'
),

claim_contact as (
    select
        'mobile' as channel,
        4 as channel_order,
        {{ surrogate_key(["'claim'", 'claim.claim_key']) }} as event_id,
        claim.client_key,
        {{ start_of_local_day('claim.start_date', 'run.time_zone') }} as started_at,
        claim.start_date as contact_date,
        claim.is_part2,
        claim.received_at,
        claim.evidence_table,
        claim.evidence_key
    from {{ ref('int_claim__final') }} as claim
    cross join run
    where not claim.is_denied and claim.is_crisis
),

reported_contact as (
    select * from center_contact
    union all
    select * from visit_contact
    union all
    select * from intake_contact
    union all
    select * from claim_contact
),

keyed_contact as (
    select
        reported_contact.*,
        {{ surrogate_key([
            "'crisis'", 'coalesce(client_key, -event_id)', 'contact_date'
        ]) }} as crisis_contact_key
    from reported_contact
)

select * from keyed_contact

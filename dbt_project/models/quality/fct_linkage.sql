with matched_client as (
    select * from {{ ref('int_client__matched') }}
),

review as (
    select * from {{ ref('fct_identity_review') }}
),

counted_person as (
    select source, match_rule as outcome, count(*) as person_count
    from matched_client
    group by source, match_rule
    union all
    select
        source,
        'review: ' || reason_code as outcome,
        count(distinct source_scope || '|' || source_client_id) as person_count
    from review
    group by source, reason_code
)

select * from counted_person

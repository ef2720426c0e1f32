with
reason as (
    select * from {{ ref('int_risk__reason') }}
    where score_point = 'current' and part2_view = 'full'
),

risk_reason as (
    select
        {{ surrogate_key(['client_key', 'rule_id']) }} as risk_reason_key,
        client_key,
        rule_id,
        domain,
        points,
        reason,
        is_part2,
        evidence_table,
        evidence_key,
        evidence_date
    from reason
)

select * from risk_reason

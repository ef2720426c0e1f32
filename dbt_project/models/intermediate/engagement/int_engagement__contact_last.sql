with run as (
    select
        *,
        as_of_date - cast({{ engagement_setting('attempt_days') }} as integer) as attempts_from
    from {{ ref('stg_caseload__run') }}
),

scoped_contact as (
    select
        client_scope.evidence_scope,
        contact.*,
        run.attempts_from,
        row_number() over (
            partition by contact.client_key, client_scope.evidence_scope
            order by contact.contacted_at desc, contact.contact_key
        ) as recency
    from {{ ref('fct_contact') }} as contact
    inner join {{ ref('int_client__scope') }} as client_scope
        on contact.client_key = client_scope.client_key
    cross join run
    where contact.contacted_at <= run.as_of
        and (client_scope.evidence_scope = 'all' or not contact.is_part2)
),

contact_last as (
    select
        client_key,
        evidence_scope,
        max(contacted_at) as last_contact_at,
        max(case when recency = 1 then outcome end) as last_contact_outcome,
        max(case when recency = 1 then channel end) as last_contact_channel,
        max(case when recency = 1 then evidence_key end) as last_contact_evidence_key,
        max(case when is_two_way then contacted_at end) as last_reached_at,
        cast(count(case when contacted_date > attempts_from then 1 end) as integer)
            as attempts_14d_count
    from scoped_contact
    group by client_key, evidence_scope
)

select * from contact_last

-- rules/returned-workbooks.md#confirmations
with run as (
    select * from {{ ref('int_run__as_of') }}
),

client as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

ranked_confirmation as (
    select
        client.client_key,
        confirmation.kind,
        confirmation.is_confirmed,
        confirmation.decided_by,
        confirmation.decided_at,
        row_number() over (
            partition by client.client_key, confirmation.kind
            order by
                confirmation.decided_at desc, confirmation.batch_rank desc,
                confirmation.evidence_key desc
        ) as recency
    from {{ ref('input_confirmation') }} as confirmation
    cross join run
    inner join client
        on confirmation.client_source = client.source
        and confirmation.client_scope = client.source_scope
        and confirmation.source_client_id = client.source_client_id
    where {{ happened_by_as_of('confirmation.decided_at') }}
),

confirmed as (
    select client_key, kind, is_confirmed, decided_by, decided_at
    from ranked_confirmation
    where recency = 1
)

select * from confirmed

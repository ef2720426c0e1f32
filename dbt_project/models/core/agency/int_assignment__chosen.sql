-- rules/returned-workbooks.md#assignment-choices
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

identity as (
    select source, source_scope, source_client_id, client_key
    from {{ ref('int_client__matched') }}
),

choice as (
    select
        identity.client_key,
        max(assignment.start_date) as chosen_date
    from {{ ref('input_assignment') }} as assignment
    cross join run
    inner join identity
        on assignment.client_source = identity.source
        and assignment.client_scope = identity.source_scope
        and assignment.source_client_id = identity.source_client_id
    where assignment.is_provisional and {{ dated_by_as_of('assignment.start_date') }}
    group by identity.client_key
)

select * from choice

{{ config(materialized='view') }}

with settled_person as (
    select source, source_scope, source_client_id from {{ ref('int_identity__exact') }}
    union
    select source, source_scope, source_client_id from {{ ref('int_decision__resolved') }}
    where decision = 'same' and is_known
),

-- only people without an exact match or a decision are compared
reported_person as (
    select
        report.* exclude (client_scope),
        report.client_scope as source_scope
    from {{ ref('input_person_report') }} as report
    anti join settled_person
        on settled_person.source = report.source
        and settled_person.source_scope = report.client_scope
        and settled_person.source_client_id = report.source_client_id
)

select * from reported_person

-- Rates of a small sample are null.
with checked_person as (
    select checked.*
    from {{ ref('input_checked_person') }} as checked
    left join {{ ref('person_source') }} as person_source on checked.source = person_source.sender
    where coalesce(person_source.person_role <> 'agency_client', true)
),

merged_client as (
    select * from {{ ref('int_client__merged') }}
),

matched_client as (
    select * from {{ ref('int_client__matched') }}
),

quality_limit as (
    select limit_value as least_persons
    from {{ ref('quality_limit') }}
    where limit_id = 'linkage_least_persons'
),

reviewed_person as (
    select distinct
        reviewed.source,
        reviewed.source_scope,
        reviewed.source_client_id,
        merged_client.surviving_client_id as candidate_client_id
    from {{ ref('int_identity__reviewed') }} as reviewed
    inner join merged_client on reviewed.client_id = merged_client.source_client_id
),

-- linked to a client of the agency; a client id made of the sender's own id is no link
evaluated_person as (
    select
        checked.source,
        checked.is_twin,
        matched.match_rule,
        coalesce(true_client.surviving_client_id, checked.client_id) as true_client_id,
        linked_client.surviving_client_id as linked_client_id,
        reviewed_person.candidate_client_id
    from checked_person as checked
    left join merged_client as true_client on checked.client_id = true_client.source_client_id
    left join matched_client as matched
        on checked.source = matched.source
        and checked.client_scope = matched.source_scope
        and checked.source_client_id = matched.source_client_id
    left join merged_client as linked_client on matched.client_id = linked_client.source_client_id
    left join reviewed_person
        on checked.source = reviewed_person.source
        and checked.client_scope = reviewed_person.source_scope
        and checked.source_client_id = reviewed_person.source_client_id
        and coalesce(true_client.surviving_client_id, checked.client_id)
        = reviewed_person.candidate_client_id
),

-- people without an exact identifier match measure probabilistic matching alone
measured_person as (
    select 'all' as scope, * from evaluated_person
    union all
    select 'scored', * from evaluated_person
    where coalesce(match_rule, 'own_id') in ('scored', 'own_id')
),

counted_person as (
    select
        scope,
        count(*) as checked_count,
        count(linked_client_id) as linked_count,
        count(*) filter (where linked_client_id = true_client_id) as correct_count,
        count(true_client_id) as linkable_count,
        count(*) filter (
            where
            candidate_client_id is not null
            and coalesce(linked_client_id <> candidate_client_id, true)
        ) as review_count,
        count(*) filter (
            where
            is_twin
            and match_rule = 'scored'
            and coalesce(linked_client_id <> true_client_id, linked_client_id is not null)
        ) as merged_twin_count
    from measured_person
    group by scope
),

accuracy as (
    select
        counted_person.*,
        cast(
            case when linked_count >= least_persons then 1.0 * correct_count / linked_count end
            as decimal(9, 4)
        ) as precision_rate,
        cast(
            case when linkable_count >= least_persons then 1.0 * correct_count / linkable_count end
            as decimal(9, 4)
        ) as recall_rate,
        cast(
            case
                when linkable_count >= least_persons
                    then 1.0 * (correct_count + review_count) / linkable_count
            end
            as decimal(9, 4)
        ) as found_rate
    from counted_person
    cross join quality_limit
)

select * from accuracy

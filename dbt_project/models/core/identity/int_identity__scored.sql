-- rules/identity.md#conflicts
with pair as (
    select * from {{ ref('int_identity__paired') }}
),

score as (
    select * from {{ ref('stg_caseload__identity_score') }}
),

identity_limit as (
    select
        max(case when limit_id = 'automatic_probability' then limit_value end)
            as automatic_probability
    from {{ ref('identity_limit') }}
),

person_source as (
    select * from {{ ref('person_source') }}
),

refused_link as (
    select * from {{ ref('int_decision__resolved') }}
    where decision = 'different'
),

exact_link as (
    select * from {{ ref('int_identity__exact') }}
),

evaluated_pair as (
    select
        pair.source,
        pair.source_scope,
        pair.source_client_id,
        pair.client_id,
        pair.candidate_source_client_id,
        pair.is_agency_pair,
        score.* exclude (pair_key),
        case
            when pair.is_agency_pair then 'possible_duplicate'
            when score.birth_date_agreement = 'missing' then 'birth_date_missing'
            when score.birth_date_agreement <> 'same' or pair.has_other_birth_date
                then 'birth_date_conflict'
            when pair.has_other_identifier then 'identifier_conflict'
            when pair.has_other_suffix then 'suffix_conflict'
            when pair.is_placeholder_name then 'newborn_name'
            -- twins share all but the first name
            when score.first_name_agreement not in ('same', 'nickname') then 'first_name_conflict'
            when score.first_name_agreement = 'nickname' and score.sex_agreement <> 'same'
                then 'first_name_conflict'
            when score.match_probability < identity_limit.automatic_probability
                then 'below_threshold'
            -- names, birth date and sex alone do not link a hospital's patient
            when person_source.person_role = 'hospital_patient' and not pair.has_agreeing_field
                then 'no_agreeing_field'
        end as reason_code
    from pair
    inner join score on pair.pair_key = score.pair_key
    left join person_source on pair.source = person_source.sender
    cross join identity_limit
    anti join refused_link
        on pair.source = refused_link.source
        and pair.source_scope = refused_link.source_scope
        and pair.source_client_id = refused_link.source_client_id
        and pair.client_id = refused_link.client_id
),

-- a client may have several records: the most similar one counts
ranked_pair as (
    select
        *,
        row_number() over (
            partition by source, source_scope, source_client_id, client_id
            order by match_weight desc, candidate_source_client_id
        ) as pair_rank
    from evaluated_pair
),

best_pair as (
    select * from ranked_pair
    where pair_rank = 1
),

candidate_count as (
    select source, source_scope, source_client_id, count(*) as client_count
    from best_pair
    where reason_code is null
    group by source, source_scope, source_client_id
),

-- two people of a sender that gives a person one id are not the same client
claimant_count as (
    select claimed.source, claimed.source_scope, claimed.client_id, count(*) as person_count
    from (
        select source, source_scope, client_id from best_pair
        where reason_code is null
        union all
        select source, source_scope, client_id from exact_link
    ) as claimed
    inner join person_source on claimed.source = person_source.sender
    where person_source.has_one_id_per_person
    group by claimed.source, claimed.source_scope, claimed.client_id
),

scored_pair as (
    select
        pair.* exclude (pair_rank, reason_code),
        case
            when pair.reason_code is not null then pair.reason_code
            when candidate_count.client_count > 1 then 'several_clients'
            when claimant_count.person_count > 1 then 'several_persons'
        end as reason_code
    from best_pair as pair
    left join candidate_count
        on pair.source = candidate_count.source
        and pair.source_scope = candidate_count.source_scope
        and pair.source_client_id = candidate_count.source_client_id
    left join claimant_count
        on pair.source = claimant_count.source
        and pair.source_scope = claimant_count.source_scope
        and pair.client_id = claimant_count.client_id
)

select * from scored_pair

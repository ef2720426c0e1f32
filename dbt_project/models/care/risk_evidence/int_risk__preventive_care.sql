with eligibility as (
    select * from {{ ref('fct_eligibility') }}
    where basis = 'payer'
),

service as (
    select * from {{ ref('int_preventive_service__dated') }}
),

medication as (
    select client_key, start_date, end_date, is_fill, is_part2, evidence_table, evidence_key
    from {{ ref('fct_medication') }}
    where medication_class = 'antipsychotic' and client_key is not null
),

pharmacy_claim as (
    select * from {{ ref('int_pharmacy_claim__final') }}
    where medication_class = 'antipsychotic' and client_key is not null
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- rules/risk-score.md#preventive-care: only payers' claims show services outside the agency
enrolled_client as (
    select
        score_date.score_point, score_date.score_date, client_part2_view.part2_view,
        eligibility.client_key, eligibility.evidence_table, eligibility.evidence_key,
        row_number() over (
            partition by
                score_date.score_point, client_part2_view.part2_view, eligibility.client_key
            order by eligibility.start_date desc, eligibility.eligibility_key
        ) as evidence_rank
    from eligibility
    inner join score_date
        on score_date.score_date between eligibility.start_date and eligibility.end_date
    inner join client_part2_view on eligibility.client_key = client_part2_view.client_key
),

-- An order lasts until its end, a fill counts for the window.
antipsychotic as (
    select
        client_key, start_date,
        case when is_fill then start_date else end_date end as end_date,
        is_fill, is_part2, evidence_table, evidence_key
    from medication
    union all
    select
        client_key, dispensing_date as start_date, dispensing_date as end_date,
        true as is_fill, is_part2, evidence_table, evidence_key
    from pharmacy_claim
),

treated_client as (
    select
        enrolled_client.score_point, enrolled_client.part2_view, enrolled_client.client_key,
        antipsychotic.is_part2, antipsychotic.evidence_table, antipsychotic.evidence_key,
        row_number() over (
            partition by
                enrolled_client.score_point, enrolled_client.part2_view, enrolled_client.client_key
            order by
                antipsychotic.is_part2, antipsychotic.start_date desc,
                antipsychotic.evidence_table, antipsychotic.evidence_key
        ) as evidence_rank
    from enrolled_client
    inner join antipsychotic
        on enrolled_client.client_key = antipsychotic.client_key
        and antipsychotic.start_date <= enrolled_client.score_date
        and coalesce(antipsychotic.end_date, enrolled_client.score_date)
        >= enrolled_client.score_date - case
            when antipsychotic.is_fill
                then {{ risk_window_days('metabolic_test_missing') }}
            else 0
        end
    where enrolled_client.evidence_rank = 1
        and (enrolled_client.part2_view = 'full' or not antipsychotic.is_part2)
),

found_service as (
    select
        enrolled_client.score_point, enrolled_client.part2_view, enrolled_client.client_key,
        max(case when service.kind = 'unknown_clinician' then 1 else 0 end) = 1
            as may_have_primary_care,
        max(case when service.kind = 'primary_care' then 1 else 0 end) = 1 as has_primary_care,
        max(case when service.kind = 'metabolic_test' then 1 else 0 end) = 1 as has_metabolic_test
    from enrolled_client
    inner join service
        on enrolled_client.client_key = service.client_key
        and service.service_date <= enrolled_client.score_date
        and enrolled_client.score_date - service.service_date <= case
            when service.kind = 'metabolic_test'
                then {{ risk_window_days('metabolic_test_missing') }}
            else {{ risk_window_days('primary_care_missing') }}
        end
    where enrolled_client.evidence_rank = 1
        and (enrolled_client.part2_view = 'full' or not service.is_part2)
    group by enrolled_client.score_point, enrolled_client.part2_view, enrolled_client.client_key
),

preventive_care as (
    select
        enrolled_client.score_point,
        enrolled_client.score_date,
        enrolled_client.part2_view,
        enrolled_client.client_key,
        case
            when found_service.has_primary_care then 'found'
            when found_service.may_have_primary_care then 'unknown'
            else 'missing'
        end as primary_care,
        case
            when treated_client.client_key is null then 'not_needed'
            when found_service.has_metabolic_test then 'found'
            else 'missing'
        end as metabolic_test,
        enrolled_client.evidence_table as primary_care_evidence_table,
        enrolled_client.evidence_key as primary_care_evidence_key,
        coalesce(treated_client.is_part2, false) as metabolic_test_is_part2,
        treated_client.evidence_table as metabolic_test_evidence_table,
        treated_client.evidence_key as metabolic_test_evidence_key
    from enrolled_client
    left join treated_client
        on enrolled_client.score_point = treated_client.score_point
        and enrolled_client.part2_view = treated_client.part2_view
        and enrolled_client.client_key = treated_client.client_key
        and treated_client.evidence_rank = 1
    left join found_service
        on enrolled_client.score_point = found_service.score_point
        and enrolled_client.part2_view = found_service.part2_view
        and enrolled_client.client_key = found_service.client_key
    where enrolled_client.evidence_rank = 1
)

select * from preventive_care

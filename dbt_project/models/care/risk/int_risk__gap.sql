with
client as (
    select client_key, is_agency_client, housing_status, phone, phone_2
    from {{ ref('dim_client') }}
),

living_situation as (
    select client_key from {{ ref('int_client__living_situation') }}
),

screening as (
    select * from {{ ref('int_risk__latest_screening') }}
    where score_point = 'current' and part2_view = 'full'
),

screened as (
    select
        client_key,
        max(case when instrument = 'phq9'
                and age_days <= {{ risk_window_days('phq9_latest') }} then 1
            else 0
        end) as has_phq9,
        max(case when instrument = 'cssrs' then 1 else 0 end) as has_cssrs
    from screening
    group by client_key
),

asked_need as (
    select distinct fct_screening.client_key
    from {{ ref('fct_screening') }} as fct_screening
    inner join {{ ref('int_risk__score_date') }} as score_date
        on score_date.score_point = 'current'
        and score_date.score_date - fct_screening.administered_date
        <= {{ risk_window_days('need_safety') }}
    where fct_screening.instrument = 'sdoh' and fct_screening.status = 'completed'
),

-- Coverage that only the agency's record reports brings no claims.
enrolled as (
    select distinct eligibility.client_key
    from {{ ref('fct_eligibility') }} as eligibility
    inner join {{ ref('int_risk__score_date') }} as score_date
        on score_date.score_point = 'current' and eligibility.start_date <= score_date.score_date
    where eligibility.basis = 'payer'
),

diagnosed as (
    select distinct client_key from {{ ref('fct_diagnosis') }}
),

seen as (
    select client_key, gap_ratio
    from {{ ref('int_risk__last_kept_visit') }}
    where score_point = 'current' and part2_view = 'full'
),

-- rules/risk-score.md#data-gaps: inputs of the score that are missing, in a fixed order
known as (
    select
        client.client_key,
        client.is_agency_client,
        coalesce(client.housing_status, 'unknown') = 'unknown' as lacks_housing,
        enrolled.client_key is null as lacks_claims,
        -- an empty phone field of a client record is a finding; without such a record it is a gap
        living_situation.client_key is null
        and client.phone is null
        and client.phone_2 is null as lacks_phone,
        coalesce(screened.has_phq9, 0) = 0 as lacks_phq9,
        coalesce(screened.has_cssrs, 0) = 0 as lacks_cssrs,
        asked_need.client_key is null as lacks_needs,
        diagnosed.client_key is null as lacks_diagnosis,
        seen.gap_ratio is null as lacks_cadence
    from client
    left join living_situation on client.client_key = living_situation.client_key
    left join screened on client.client_key = screened.client_key
    left join asked_need on client.client_key = asked_need.client_key
    left join enrolled on client.client_key = enrolled.client_key
    left join diagnosed on client.client_key = diagnosed.client_key
    left join seen on client.client_key = seen.client_key
),

gap as (
    select
        client_key,
        nullif(
            substr(
                case
                    when not is_agency_client then ';agency_record'
                    else
                        case when lacks_phq9 then ';phq9' else '' end
                        || case when lacks_cssrs then ';cssrs' else '' end
                        || case when lacks_needs then ';social_needs' else '' end
                        || case when lacks_housing then ';housing' else '' end
                        || case when lacks_phone then ';phone' else '' end
                        || case when lacks_diagnosis then ';diagnosis' else '' end
                        || case when lacks_cadence then ';visit_cadence' else '' end
                        || case when lacks_claims then ';claims' else '' end
                end,
                2
            ),
            ''
        ) as data_gaps
    from known
)

select * from gap

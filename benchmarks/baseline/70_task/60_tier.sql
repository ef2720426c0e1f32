-- The tier: today's score, the score 14 days ago (the tier drops only if that was lower too), a fast rise, the override.
create table mart_client_risk as
with urgent as (
    select distinct score_point, client_key, no_part2
    from (from task_013 where lane <= risk_setting('max_lane_forcing_critical_tier')) as task
    inner join score_point on score_point = 0 and opened_at <= score_at and (closed_at is null or closed_at > score_at)
),
ranked as (
    select
        score_point, client_key, no_part2, risk_score, urgent.client_key is not null as is_urgent,
        case when is_urgent then (select max(tier_rank) from seed_risk_tier) else step.tier_rank end as tier_rank
    from score
    inner join (
        select risk_score, max(tier_rank) as tier_rank
        from (select distinct risk_score from score) inner join seed_risk_tier on risk_score >= at_least
        group by risk_score
    ) as step using (risk_score)
    left join urgent using (score_point, client_key, no_part2)
),
compared as (
    select
        client_key, no_part2,
        max(risk_score) filter (where score_point = 0) as risk_score,
        max(tier_rank) filter (where score_point = risk_days('hysteresis_days')) as hysteresis_rank,
        max(tier_rank) filter (where score_point = risk_days('change_days')) as previous_rank,
        max(risk_score) filter (where score_point = 0) - max(risk_score) filter (where score_point = risk_days('change_days'))
            as score_change_30d,
        bool_or(is_urgent) filter (where score_point = 0) as is_urgent,
        greatest(
            max(tier_rank) filter (where score_point = 0), hysteresis_rank,
            case when score_change_30d >= risk_setting('rising_change')
                then (select tier_rank from seed_risk_tier where tier = 'rising') else 0 end
        ) as computed_rank
    from ranked
    group by client_key, no_part2
),
override as (
    select client_key, no_part2, lower(trim(value)) as value
    from fct_document
    inner join client_part2_view using (client_key)
    where document_type = 'tier_override' and author_id is not null and reason is not null and document_at <= as_of()
        and lower(trim(value)) in ('up', 'down')
        and not (no_part2 and is_part2)
    qualify row_number() over (partition by client_key, no_part2 order by document_at desc, document_id) = 1
        and least(expires_date, document_date + risk_days('override_days')) >= as_of_date()
),
decided as (
    select
        compared.*,
        case when is_urgent then computed_rank
            else least(greatest(
                computed_rank + case override.value when 'up' then 1 when 'down' then -1 else 0 end, 0
            ), (select max(tier_rank) from seed_risk_tier))
        end as tier_rank
    from compared
    left join override using (client_key, no_part2)
),
tiered as (
    select decided.*, tier.tier, previous.tier as previous_tier
    from decided
    inner join seed_risk_tier as tier on decided.tier_rank = tier.tier_rank
    inner join seed_risk_tier as previous on decided.previous_rank = previous.tier_rank
),
screened as (
    select
        client_key, bool_or(kind = 'phq9' and age_days <= risk_window('phq9_latest')) as has_phq9,
        bool_or(kind = 'cssrs' and age_days <= risk_window('cssrs_level')) as has_cssrs,
        bool_or(kind = 'audit' and age_days <= risk_window('audit_total')) as has_audit,
        bool_or(kind = 'dast10' and age_days <= risk_window('dast10_total')) as has_dast10,
        bool_or(kind = 'dla20' and age_days <= risk_window('dla20_mean')) as has_dla20
    from latest_response where score_point = 0 and not no_part2
    group by client_key
),
answered as (
    select
        client_key,
        bool_or(
            instrument = 'sdoh' and status = 'completed' and as_of_date() - administered_date <= risk_window('need_safety')
        ) as has_needs,
        bool_or(is_contradicted and as_of_date() - administered_date <= risk_days('note_days')) as has_contradiction
    from fct_screening
    group by client_key
)
select
    client_key, client_id, as_of() as as_of, tiered.risk_score, tiered.tier, tiered.previous_tier,
    tiered.score_change_30d, coalesce(without.risk_score, tiered.risk_score) as risk_score_without_part2,
    coalesce(without.tier, tiered.tier) as tier_without_part2,
    -- a missing input is not zero: data_gaps names it
    nullif(case
        when not is_agency_client then 'agency_record'
        else concat_ws(
            ';',
            case when not coalesce(has_phq9, false) then 'phq9' end,
            case when not coalesce(has_cssrs, false) then 'cssrs' end,
            case when not coalesce(has_audit, false) then 'audit' end,
            case when not coalesce(has_dast10, false) then 'dast10' end,
            case when not coalesce(has_dla20, false) then 'dla20' end,
            case when coalesce(has_contradiction, false) then 'consistent_screening' end,
            case when not coalesce(has_needs, false) then 'social_needs' end,
            case when coalesce(housing_status, 'unknown') = 'unknown' then 'housing' end,
            case when source <> 'ehr' and phone is null and phone_2 is null then 'phone' end,
            case when client_key not in (select client_key from fct_diagnosis where client_key is not null) then 'diagnosis' end,
            case when gap_ratio is null then 'visit_cadence' end,
            case when is_listable and not exists (from fct_appointment) then 'appointments' end,
            case when is_listable and last_seen_at is null and not exists (from fct_intake) then 'intakes' end,
            case when not exists (from fct_medication) then 'medications' end,
            case when client_key not in (
                select client_key from fct_treatment_plan
                where status = 'active' and next_review_date is not null and client_key is not null
            ) then 'treatment_plan' end,
            case when client_key not in (select client_key from fct_eligibility where start_date <= as_of_date()) then 'claims' end,
            case when client_key not in (select client_key from fct_eligibility where start_date <= as_of_date())
                and not exists (from fct_stay where has_adt) and not exists (from fct_ed_visit where has_adt)
                then 'hospital_events' end
        )
    end, '') as data_gaps
from dim_client
inner join (from tiered where not no_part2) as tiered using (client_key)
left join (from tiered where no_part2) as without using (client_key)
left join screened using (client_key)
left join answered using (client_key)
left join (select client_key, gap_ratio, last_seen_at from seen where score_point = 0 and not no_part2) using (client_key);

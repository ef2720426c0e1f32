-- Utilization per client: stays, visits and paid amounts in windows.
create table mart_client_utilization as
with stay as (
    select
        *, as_of_date() - admit_date as age_days,
        least(coalesce(discharge_date, as_of_date()), as_of_date()) as last_day,
        -- readmitted within 30 days; a transfer continues the same episode
        coalesce(
            stay_class = 'acute' and transferred_from_stay_key is null
            and admit_date <= lag(discharge_date) over (
                partition by client_key, stay_class order by admitted_at, stay_key
            ) + event_rule('readmission_days'),
            false
        ) as is_readmission,
        case
            when stay_class = 'acute' and setting = 'psychiatric' then 'psychiatric'
            when stay_class = 'acute' and setting = 'medical' then 'medical'
            when stay_class = 'acute' then 'other'
            else stay_class
        end as kind
    from fct_stay
    where client_key is not null and admit_date <= as_of_date()
),
stay_summed as (
    select
        client_key,
        count(*) filter (where kind = 'psychiatric' and age_days < 30) as psychiatric_stay_30d_count,
        count(*) filter (where kind = 'medical' and age_days < 30) as medical_stay_30d_count,
        count(*) filter (where kind = 'other' and age_days < 30) as other_acute_stay_30d_count,
        count(*) filter (where kind = 'observation' and age_days < 30) as observation_stay_30d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 30) as nonacute_stay_30d_count,
        count(*) filter (where is_readmission and age_days < 30) as readmission_30d_count,
        count(*) filter (where kind = 'psychiatric' and age_days < 90) as psychiatric_stay_90d_count,
        count(*) filter (where kind = 'medical' and age_days < 90) as medical_stay_90d_count,
        count(*) filter (where kind = 'other' and age_days < 90) as other_acute_stay_90d_count,
        count(*) filter (where kind = 'observation' and age_days < 90) as observation_stay_90d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 90) as nonacute_stay_90d_count,
        count(*) filter (where is_readmission and age_days < 90) as readmission_90d_count,
        count(*) filter (where kind = 'psychiatric' and age_days < 365) as psychiatric_stay_365d_count,
        count(*) filter (where kind = 'medical' and age_days < 365) as medical_stay_365d_count,
        count(*) filter (where kind = 'other' and age_days < 365) as other_acute_stay_365d_count,
        count(*) filter (where kind = 'observation' and age_days < 365) as observation_stay_365d_count,
        count(*) filter (where kind = 'nonacute' and age_days < 365) as nonacute_stay_365d_count,
        count(*) filter (where is_readmission and age_days < 365) as readmission_365d_count,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where kind = 'psychiatric') as psychiatric_stay_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where kind = 'psychiatric') as psychiatric_stay_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where kind = 'psychiatric') as psychiatric_stay_365d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where kind = 'medical') as medical_stay_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where kind = 'medical') as medical_stay_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where kind = 'medical') as medical_stay_365d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 30)))
            filter (where stay_class = 'acute') as acute_30d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 90)))
            filter (where stay_class = 'acute') as acute_90d_days,
        sum(greatest(0, last_day - greatest(admit_date, as_of_date() - 365)))
            filter (where stay_class = 'acute') as acute_365d_days,
        bool_or(discharge_date is null) as is_in_stay,
        bool_or(discharge_date is null and stay_class = 'observation') as is_in_observation,
        max(last_day) filter (where stay_class = 'acute') as last_acute_day,
        max(discharge_date) filter (where stay_class = 'acute') as last_acute_discharge_date,
        max(discharge_date) filter (where kind = 'psychiatric') as last_psychiatric_discharge_date,
        max_by(stay_key, admitted_at) filter (where stay_class = 'acute') as last_acute_stay_key,
        count(*) filter (where has_adt and age_days < 365) as stay_by_adt_365d_count,
        count(*) filter (where has_claim and age_days < 365) as stay_by_claim_365d_count
    from stay
    group by client_key
),
ed_summed as (
    select
        client_key,
        count(*) filter (where age_days < 30) as ed_visit_30d_count,
        count(*) filter (where age_days < 90) as ed_visit_90d_count,
        count(*) filter (where age_days < 365) as ed_visit_365d_count,
        count(*) filter (where is_behavioral and age_days < 30) as behavioral_ed_visit_30d_count,
        count(*) filter (where is_behavioral and age_days < 90) as behavioral_ed_visit_90d_count,
        count(*) filter (where is_behavioral and age_days < 365) as behavioral_ed_visit_365d_count,
        count(*) filter (where age_days < event_rule('high_emergency_window_days')) as ed_visit_60d_count,
        bool_or(ended_at is null) as is_in_emergency,
        max(visit_date) as last_ed_visit_date,
        max(visit_date) filter (where is_behavioral) as last_behavioral_ed_visit_date,
        max_by(ed_visit_key, started_at) as last_ed_visit_key,
        count(*) filter (where has_adt and age_days < 365) as ed_visit_by_adt_365d_count,
        count(*) filter (where has_claim and age_days < 365) as ed_visit_by_claim_365d_count
    from (select *, as_of_date() - visit_date as age_days from fct_ed_visit)
    where client_key is not null and not became_inpatient and visit_date <= as_of_date()
    group by client_key
),
crisis_summed as (
    select
        client_key,
        count(*) filter (where contact_date > as_of_date() - 30) as crisis_contact_30d_count,
        count(*) filter (where contact_date > as_of_date() - 90) as crisis_contact_90d_count,
        count(*) filter (where contact_date > as_of_date() - 365) as crisis_contact_365d_count,
        max(contact_date) as last_crisis_contact_date
    from fct_crisis_contact
    where client_key is not null and contact_date <= as_of_date()
    group by client_key
),
kept_summed as (
    select
        client_key, sum(count_30d) as kept_visit_30d_count, sum(count_90d) as kept_visit_90d_count,
        sum(count_365d) as kept_visit_365d_count, max(last_date) as last_kept_visit_date
    from visit_summed
    group by client_key
),
paid_summed as (
    select
        client_key,
        sum(paid_usd) filter (where start_date > as_of_date() - 30) as paid_30d_usd,
        sum(paid_usd) filter (where start_date > as_of_date() - 90) as paid_90d_usd,
        sum(paid_usd) filter (where start_date > as_of_date() - 365) as paid_365d_usd
    from claim_final
    where not is_denied and start_date between as_of_date() - 365 and as_of_date()
    group by client_key
),
counted as (
    select
        client_key, client_id, as_of() as as_of,
        coalesce(columns('(_count|_days|_usd)$'), 0),
        coalesce(is_in_stay, false) as is_in_stay,
        -- emergency visit or observation in progress, and a recent stay
        coalesce(
            (is_in_emergency or is_in_observation)
            and last_acute_day >= as_of_date() - event_rule('readmission_risk_days'),
            false
        ) as is_readmission_risk,
        columns('^last_(ed|beh|acute_discharge|acute_stay|psy|cri|kept)')
    from dim_client
    left join stay_summed using (client_key)
    left join ed_summed using (client_key)
    left join crisis_summed using (client_key)
    left join kept_summed using (client_key)
    left join paid_summed using (client_key)
)
select
    *,
    ed_visit_60d_count >= event_rule('high_emergency_visits') as is_high_emergency,
    psychiatric_stay_365d_count + medical_stay_365d_count + other_acute_stay_365d_count
    >= event_rule('high_inpatient_stays_365d')
    or ed_visit_365d_count >= event_rule('high_emergency_visits_365d') as is_high_utilizer,
    psychiatric_stay_365d_count >= event_rule('high_psychiatric_stays_365d')
    or crisis_contact_90d_count >= event_rule('high_crisis_contacts_90d') as is_high_behavioral
from counted;

-- Depression remission at six months: the last PHQ-9 four to eight months after the index score is below 5.
create temp table depression_event as
select
    year, measure_version, rule, client_key, death_date, first.key as event_key, first.day as event_date,
    (event_date + to_months(rule['follow_up_months']))::date - rule['follow_up_margin_days'] as first_day,
    (event_date + to_months(rule['follow_up_months']))::date + rule['follow_up_margin_days'] as last_day
from (
    select
        year, any_value(measure_version) as measure_version, any_value(rule) as rule, client_key,
        any_value(death_date) as death_date,
        min(struct_pack(at := administered_at, key := screening_key, day := administered_date)) as first
    from phq9_total as score
    inner join dim_client using (client_key)
    inner join (from period where measure_set = 'dep_rem_6') as period
        on administered_date between start_date and end_date and total_score > rule['index_above_score']
        and age_years(birth_date, administered_date) >= rule['minimum_age_years']
    semi join (
        from fct_diagnosis where has(mask, diagnosis_bit('is_mdd') | diagnosis_bit('is_dysthymia'))
    ) as diagnosis
        on score.client_key = diagnosis.client_key
        and coalesce(diagnosis_date, date '0001-01-01') <= administered_date
        and coalesce(diagnosis.end_date, date '9999-12-31') >= administered_date
    group by year, client_key
);

insert into event
select
    'dep_rem_6', measure_version, year, 'operational', 'dep_rem_6', client_key, event_key, event_date, end_of_day(last_day), null
from depression_event;

insert into exclusion
select 'dep_rem_6', 'operational', event_key, year, unnest(list_filter([
    case when has(mask, diagnosis_bit('is_bipolar')) then 'bipolar' end,
    case when has(mask, diagnosis_bit('is_labile_personality')) then 'personality_disorder' end,
    case when has(mask, diagnosis_bit('is_psychotic')) then 'psychotic_disorder' end,
    case when has(mask, diagnosis_bit('is_pervasive_developmental')) then 'pervasive_developmental_disorder' end,
    case when has(mask, diagnosis_bit('is_palliative')) then 'palliative_care' end
], lambda reason: reason is not null))
from depression_event as event
inner join fct_diagnosis as diagnosis
    on event.client_key = diagnosis.client_key and coalesce(diagnosis_date, date '0001-01-01') <= last_day
union all
select 'dep_rem_6', 'operational', event_key, year, 'death' from depression_event where death_date <= last_day
union all
select 'dep_rem_6', 'operational', event_key, year, case when is_hospice then 'hospice' else 'nursing_home' end
from depression_event as event
inner join fct_stay as stay on event.client_key = stay.client_key and admit_date <= last_day
where is_hospice
    or (
        stay_class = 'nonacute' and setting = 'medical' and discharge_date >= event_date
        and least(discharge_date, last_day) - admit_date > rule['nursing_home_nights']
    );

insert into numerator
select
    'dep_rem_6', 'operational', event_key, year,
    max(struct_pack(
        at := administered_at, key := screening_key, is_met := total_score < rule['remission_below_score']
    )).is_met
from depression_event as event
inner join phq9_total as score using (client_key)
where administered_date between first_day and last_day
group by event_key, year;

-- Clinical need. Only complete totals and reported levels count; a response is the latest until the next of its instrument.
create temp table spanned_response as
select
    client_key, no_part2, screening_key, case instrument when 'phq9m' then 'phq9' else instrument end as kind,
    administered_at, administered_date,
    cast(case
        when instrument <> 'cssrs' then total_score
        when level = 'high' then 3 when level = 'moderate' then 2 when level = 'low' then 1 else 0
    end as decimal(9, 4)) as score,
    lead(administered_at) over (
        partition by client_key, no_part2, kind order by administered_at, screening_key
    ) as next_at
from fct_screening
inner join client_part2_view using (client_key)
where administered_date >= as_of_date() - risk_days('change_days') - risk_days('note_days') - risk_window('phq9_latest')
    and (
        (instrument = 'cssrs' and level is not null)
        or (instrument in ('phq9', 'phq9m', 'audit', 'dast10', 'dla20') and total_score is not null)
    )
    and not (no_part2 and is_part2)
qualify next_at is null or next_at > administered_at;

create temp table latest_response as
select
    score_point, score_date, client_key, no_part2, kind, administered_date, score_date - administered_date as age_days, score
from spanned_response as response
inner join score_point on administered_at <= score_at and coalesce(next_at > score_at, true)
where kind <> 'cssrs'
union all
-- the highest level in the window; a later, lower answer does not reduce it
select score_point, score_date, client_key, no_part2, kind, last.day, score_date - last.day, last.score
from (
    select score_point, score_date, client_key, no_part2, kind,
        max(struct_pack(score := score, at := administered_at, key := screening_key, day := administered_date)) as last
    from spanned_response
    inner join score_point on administered_at <= score_at and score_date - administered_date <= risk_window('cssrs_level')
    where kind = 'cssrs'
    group by score_point, score_date, client_key, no_part2, kind
);

-- Best score and baseline in the year that ends with the latest PHQ-9.
create temp table course as
select
    latest.score_point, latest.score_date, latest.client_key, latest.no_part2, latest.score, latest.administered_date,
    min(phq9.score) as best_score,
    min(struct_pack(at := phq9.administered_at, day := phq9.administered_date, score := phq9.score))
        filter (where phq9.score >= risk_setting('phq9_baseline_score')) as baseline
from latest_response as latest
inner join spanned_response as phq9
    on latest.client_key = phq9.client_key and latest.no_part2 = phq9.no_part2 and phq9.kind = 'phq9'
    and phq9.administered_date between latest.administered_date - risk_window('phq9_rise') and latest.administered_date
where latest.kind = 'phq9' and latest.age_days <= risk_window('phq9_latest')
group by all;

insert into fact
select score_point, client_key, no_part2, measure, score
from latest_response
inner join (values
    ('phq9', 'phq9_latest'), ('audit', 'audit_total'), ('dast10', 'dast10_total'), ('dla20', 'dla20_mean'),
    ('cssrs', 'cssrs_level')
) as named (kind, measure) using (kind)
where age_days <= risk_window(measure)
union all
select score_point, client_key, no_part2, 'phq9_rise', score - best_score from course where score > best_score
union all
select score_point, client_key, no_part2, 'phq9_weeks_without_response', floor((score_date - baseline.day) / 7)
from course
where score >= risk_setting('phq9_baseline_score') and score > baseline.score * risk_setting('phq9_response_share')
    and administered_date - baseline.day >= risk_days('phq9_response_day')
union all
select score_point, client_key, no_part2, 'days_since_positive_phq9', age_days
from latest_response
where kind = 'phq9' and score >= risk_setting('phq9_baseline_score')
    and age_days <= risk_window('days_since_positive_phq9');

insert into fact
with diagnosis_state as (
    select
        score_point, client_key, no_part2, bool_or(has(mask, diagnosis_bit('is_smi'))) as is_smi,
        bool_or(has(mask, diagnosis_bit('is_sud')) and not has(mask, diagnosis_bit('is_smi'))) as is_sud
    from fct_diagnosis
    inner join score_point
        on coalesce(diagnosis_date <= score_date, true) and coalesce(end_date >= score_date, true)
    inner join client_part2_view using (client_key)
    where is_confirmed and has(mask, diagnosis_bit('is_smi') | diagnosis_bit('is_sud')) and not (no_part2 and is_part2)
    group by score_point, client_key, no_part2
)
select score_point, client_key, no_part2, 'has_serious_mental_illness', 1 from diagnosis_state where is_smi
union all
select score_point, client_key, no_part2, 'has_smi_and_sud', 1 from diagnosis_state where is_smi and is_sud;

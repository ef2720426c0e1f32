{%- set windows = [30, 90, 365] %}
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

rule as (
    select
        max(case when rule_id = 'high_emergency_window_days' then value end)
            as high_emergency_window_days
    from {{ ref('event_rule') }}
),

-- rules/encounters-and-claims.md#ed-visits: a visit that ended in an admission counts as
-- inpatient
ed_visit as (
    select
        visit.*,
        {{ dbt.datediff('visit.visit_date', 'run.as_of_date', 'day') }} as age_days
    from {{ ref('fct_ed_visit') }} as visit
    cross join run
    where
        visit.client_key is not null
        and not visit.became_inpatient
        and visit.visit_date <= run.as_of_date
),

ed_summary as (
    select
        ed_visit.client_key,
        {%- for days in windows %}
        sum(case when ed_visit.age_days < {{ days }} then 1 else 0 end)
            as ed_visit_{{ days }}d_count,
        sum(case when ed_visit.is_behavioral and ed_visit.age_days < {{ days }} then 1 else 0 end)
            as behavioral_ed_visit_{{ days }}d_count,
        {%- endfor %}
        sum(case when ed_visit.age_days < rule.high_emergency_window_days then 1 else 0 end)
            as ed_visit_60d_count,
        bool_or(ed_visit.ended_at is null) as is_in_emergency,
        max(ed_visit.visit_date) as last_ed_visit_date,
        max(case when ed_visit.is_behavioral then ed_visit.visit_date end)
            as last_behavioral_ed_visit_date,
        max_by(ed_visit.ed_visit_key, (ed_visit.started_at, ed_visit.ed_visit_key))
            as last_ed_visit_key,
        sum(case when ed_visit.has_adt and ed_visit.age_days < 365 then 1 else 0 end)
            as ed_visit_by_adt_365d_count,
        sum(case when ed_visit.has_claim and ed_visit.age_days < 365 then 1 else 0 end)
            as ed_visit_by_claim_365d_count
    from ed_visit
    cross join rule
    group by ed_visit.client_key
)

select * from ed_summary

{%- set windows = [30, 90, 365] %}
{%- set stay_groups = {
    'psychiatric_stay': "stay_class = 'acute' and setting = 'psychiatric'",
    'medical_stay': "stay_class = 'acute' and setting = 'medical'",
    'other_acute_stay': "stay_class = 'acute' and setting in ('substance_use', 'unknown')",
    'observation_stay': "stay_class = 'observation'",
    'nonacute_stay': "stay_class = 'nonacute'",
} %}
with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

rule as (
    select max(case when rule_id = 'readmission_days' then value end) as readmission_days
    from {{ ref('event_rule') }}
),

stay as (
    select
        stay.*,
        {{ dbt.datediff('stay.admit_date', 'run.as_of_date', 'day') }} as age_days,
        least(coalesce(stay.discharge_date, run.as_of_date), run.as_of_date) as last_day,
        run.as_of_date,
        lag(stay.discharge_date) over (
            partition by stay.client_key, stay.stay_class
            order by stay.admitted_at, stay.stay_key
        ) as earlier_discharge_date
    from {{ ref('fct_stay') }} as stay
    cross join run
    where stay.client_key is not null and stay.admit_date <= run.as_of_date
),

-- rules/encounters-and-claims.md#readmissions: back within 30 days; a transfer continues the same
-- episode
readmitted_stay as (
    select
        stay.*,
        coalesce(
            stay.stay_class = 'acute'
            and stay.transferred_from_stay_key is null
            and stay.admit_date <= stay.earlier_discharge_date + rule.readmission_days,
            false
        ) as is_readmission
    from stay
    cross join rule
),

stay_summary as (
    select
        client_key,
        {%- for days in windows %}
        {%- for name, condition in stay_groups.items() %}
        sum(case when {{ condition }} and age_days < {{ days }} then 1 else 0 end)
            as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        {%- for name in ['psychiatric_stay', 'medical_stay'] %}
        sum(
            case
                when {{ stay_groups[name] }}
                    then greatest(0, {{ dbt.datediff(
                        'greatest(admit_date, as_of_date - ' ~ days ~ ')', 'last_day', 'day'
                    ) }})
                else 0
            end
        ) as {{ name }}_{{ days }}d_days,
        {%- endfor %}
        sum(
            case
                when stay_class = 'acute'
                    then greatest(0, {{ dbt.datediff(
                        'greatest(admit_date, as_of_date - ' ~ days ~ ')', 'last_day', 'day'
                    ) }})
                else 0
            end
        ) as acute_{{ days }}d_days,
        sum(case when is_readmission and age_days < {{ days }} then 1 else 0 end)
            as readmission_{{ days }}d_count,
        {%- endfor %}
        bool_or(discharge_date is null) as is_in_stay,
        bool_or(discharge_date is null and stay_class = 'observation') as is_in_observation,
        max(case when stay_class = 'acute' then last_day end) as last_acute_day,
        max(case when stay_class = 'acute' then discharge_date end) as last_acute_discharge_date,
        max(case when stay_class = 'acute' and setting = 'psychiatric' then discharge_date end)
            as last_psychiatric_discharge_date,
        max_by(stay_key, (admitted_at, stay_key)) filter (where stay_class = 'acute')
            as last_acute_stay_key,
        sum(case when has_adt and age_days < 365 then 1 else 0 end) as stay_by_adt_365d_count,
        sum(case when has_claim and age_days < 365 then 1 else 0 end) as stay_by_claim_365d_count
    from readmitted_stay
    group by client_key
)

select * from stay_summary

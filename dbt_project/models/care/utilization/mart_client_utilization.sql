{%- set windows = [30, 90, 365] %}
{%- set stay_counts = [
    'psychiatric_stay', 'medical_stay', 'other_acute_stay', 'observation_stay', 'nonacute_stay',
    'readmission',
] %}
{%- set rules = [
    'high_emergency_visits', 'high_inpatient_stays_365d', 'high_emergency_visits_365d',
    'high_psychiatric_stays_365d', 'high_crisis_contacts_90d', 'readmission_risk_days',
] %}
with run as (
    select as_of, as_of_date from {{ ref('int_run__as_of') }}
),

rule as (
    select
    {%- for rule_id in rules %}
        max(case when rule_id = '{{ rule_id }}' then value end) as {{ rule_id }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('event_rule') }}
),

client as (
    select client_key, client_id from {{ ref('dim_client') }}
),

stay as (
    select * from {{ ref('int_stay__count_by_client') }}
),

ed_visit as (
    select * from {{ ref('int_ed_visit__count_by_client') }}
),

{%- for name, relation, day in [
    ('crisis_contact', 'fct_crisis_contact', 'contact_date'),
    ('kept_visit', 'fct_visit', 'visit_date'),
] %}

{{ name }} as (
    select
        event.client_key,
        {%- for days in windows %}
        sum(case when event.{{ day }} > run.as_of_date - {{ days }} then 1 else 0 end)
            as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        max(event.{{ day }}) as last_{{ name }}_date
    from {{ ref(relation) }} as event
    cross join run
    where event.client_key is not null and event.{{ day }} <= run.as_of_date
    group by event.client_key
),
{%- endfor %}

paid_event as (
    select client_key, start_date, paid_usd from {{ ref('fct_claim') }}
    where not is_denied
),

-- Amounts that payers paid by final claims; context for leaders, never part of a rank.
paid as (
    select
        paid_event.client_key,
    {%- for days in windows %}
    sum(
        case
            when paid_event.start_date > run.as_of_date - {{ days }} then paid_event.paid_usd
        end
    ) as paid_{{ days }}d_usd{{ ',' if not loop.last }}
    {%- endfor %}
    from paid_event
    cross join run
    where paid_event.start_date <= run.as_of_date
    group by paid_event.client_key
),

counted_client as (
    select
        client.client_key,
        client.client_id,
        run.as_of,
        {%- for days in windows %}
        cast(coalesce(ed_visit.ed_visit_{{ days }}d_count, 0) as integer)
            as ed_visit_{{ days }}d_count,
        cast(coalesce(ed_visit.behavioral_ed_visit_{{ days }}d_count, 0) as integer)
            as behavioral_ed_visit_{{ days }}d_count,
        {%- for name in stay_counts %}
        cast(coalesce(stay.{{ name }}_{{ days }}d_count, 0) as integer)
            as {{ name }}_{{ days }}d_count,
        {%- endfor %}
        {%- for name in ['psychiatric_stay', 'medical_stay', 'acute'] %}
        cast(coalesce(stay.{{ name }}_{{ days }}d_days, 0) as integer)
            as {{ name }}_{{ days }}d_days,
        {%- endfor %}
        cast(coalesce(crisis_contact.crisis_contact_{{ days }}d_count, 0) as integer)
            as crisis_contact_{{ days }}d_count,
        cast(coalesce(kept_visit.kept_visit_{{ days }}d_count, 0) as integer)
            as kept_visit_{{ days }}d_count,
        cast(coalesce(paid.paid_{{ days }}d_usd, 0) as decimal(18, 4)) as paid_{{ days }}d_usd,
        {%- endfor %}
        cast(coalesce(ed_visit.ed_visit_60d_count, 0) as integer) as ed_visit_60d_count,
        coalesce(stay.is_in_stay, false) as is_in_stay,
        -- rules/encounters-and-claims.md#high-utilizers: in an ED or under observation at as_of,
        -- soon after an acute stay
        coalesce(
            (ed_visit.is_in_emergency or stay.is_in_observation)
            and stay.last_acute_day >= run.as_of_date - rule.readmission_risk_days,
            false
        ) as is_readmission_risk,
        ed_visit.last_ed_visit_date,
        ed_visit.last_behavioral_ed_visit_date,
        stay.last_acute_discharge_date,
        stay.last_psychiatric_discharge_date,
        crisis_contact.last_crisis_contact_date,
        kept_visit.last_kept_visit_date,
        ed_visit.last_ed_visit_key,
        stay.last_acute_stay_key,
        cast(coalesce(stay.stay_by_adt_365d_count, 0) as integer) as stay_by_adt_365d_count,
        cast(coalesce(stay.stay_by_claim_365d_count, 0) as integer) as stay_by_claim_365d_count,
        cast(coalesce(ed_visit.ed_visit_by_adt_365d_count, 0) as integer)
            as ed_visit_by_adt_365d_count,
        cast(coalesce(ed_visit.ed_visit_by_claim_365d_count, 0) as integer)
            as ed_visit_by_claim_365d_count
    from client
    cross join run
    cross join rule
    {%- for name in ['stay', 'ed_visit', 'crisis_contact', 'kept_visit', 'paid'] %}
    left join {{ name }} on client.client_key = {{ name }}.client_key
    {%- endfor %}
),

client_utilization as (
    select
        counted_client.*,
        ed_visit_60d_count >= rule.high_emergency_visits as is_high_emergency,
        psychiatric_stay_365d_count + medical_stay_365d_count + other_acute_stay_365d_count
        >= rule.high_inpatient_stays_365d
        or ed_visit_365d_count >= rule.high_emergency_visits_365d as is_high_utilizer,
        psychiatric_stay_365d_count >= rule.high_psychiatric_stays_365d
        or crisis_contact_90d_count >= rule.high_crisis_contacts_90d as is_high_behavioral
    from counted_client
    cross join rule
)

select * from client_utilization

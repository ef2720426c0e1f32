{#
    What FUM and FUA share: which emergency visits are events, by exclusions, coverage and repeat visits
    (rules/measures/fum.md#exclusions). Bodies of CTEs, in this order.
#}

{#
    A row per visit and id: the visit with event_date, measure_id, last_day, window_closes_at, not_evaluable_reason and
    is_enrollment_known.

    visit        visits of measure_ed_visit with event_key and the rules enrollment_days and <id>_last_day
    enrolled     a CTE made by measure_enrolled
    measure_ids  the ids, each with its own last day
#}
{% macro measure_ed_window(visit, enrolled, measure_ids) -%}
select
    event.*,
    event.visit_date as event_date,
    {{ measure_window_end('event', 'visit_date', 'last_day') }} as window_closes_at,
    case
        when event.basis = 'reporting' and enrolled.event_key is null then 'coverage_gap'
    end as not_evaluable_reason,
    -- the same day for all ids, so that they have the same events
    {{ measure_window_end('event', 'visit_date', 'enrollment_days') }} <= event.as_of
        as is_enrollment_known
from (
    {%- for measure_id in measure_ids %}
    select *, '{{ measure_id }}' as measure_id, {{ measure_id }}_last_day as last_day
    from {{ visit }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
) as event
left join {{ enrolled }} as enrolled on event.event_key = enrolled.event_key
{%- endmacro %}

{#
    Admissions on day 0 to admission_days of a visit, of either basis. is_follow_up marks psychiatric residential care in
    years in which it is no admission.

    event        a CTE made by measure_ed_window, with the rules admission_days and residential_is_follow_up
    stay         a CTE made by measure_stay
    residential  a CTE made by measure_residential_stay; none where residential care is always an admission
#}
{% macro measure_ed_admission(event, stay, residential=none) -%}
select
    event.measure_id,
    event.basis,
    event.event_key,
    event.basis = stay.basis as is_same_basis,
    {%- if residential %}
    event.residential_is_follow_up = 1 and residential.stay_key is not null as is_follow_up,
    {%- else %}
    false as is_follow_up,
    {%- endif %}
    stay.stay_key,
    stay.stay_class,
    stay.evidence_table,
    stay.evidence_key,
    stay.admit_date
from {{ event }} as event
inner join {{ stay }} as stay
    on event.client_key = stay.client_key
    and event.measurement_year = stay.measurement_year
    and stay.stay_class in ('acute', 'nonacute')
    and {{ dbt.datediff('event.event_date', 'stay.admit_date', 'day') }}
    between 0 and event.admission_days
{%- if residential %}
left join {{ residential }} as residential
    on stay.stay_key = residential.stay_key
    and stay.measurement_year = residential.measurement_year
    and stay.basis = residential.basis
{%- endif %}
{%- endmacro %}

{#
    Every exclusion of a visit: death, hospice, a visit that ended in an admission, and an admission. A visit whose
    admissions are all to psychiatric residential care, in one basis at least, did not end in an admission.

    event      a CTE made by measure_ed_window
    admission  a CTE made by measure_ed_admission
    stay       a CTE made by measure_stay
#}
{% macro measure_ed_exclusion(event, admission, stay) -%}
select
    event.measure_id,
    event.basis,
    event.event_key,
    case
        when event.has_died_in_year then 'death' else 'visit_became_inpatient'
    end as exclusion_reason,
    event.evidence_table,
    event.evidence_key,
    event.event_date as evidence_date
from {{ event }} as event
left join (
    select measure_id, basis, event_key
    from {{ admission }}
    group by measure_id, basis, event_key
    having count(distinct stay_key) = count(distinct case when is_follow_up then stay_key end)
) as placed_visit
    on event.event_key = placed_visit.event_key
    and event.measure_id = placed_visit.measure_id
    and event.basis = placed_visit.basis
where
    event.has_died_in_year
    or (event.became_inpatient and placed_visit.event_key is null)
union all
{{ measure_hospice_stay(event, stay, 'start_date', 'end_date') }}
union all
select
    measure_id,
    basis,
    event_key,
    stay_class || '_admission' as exclusion_reason,
    evidence_table,
    evidence_key,
    admit_date as evidence_date
from {{ admission }}
where is_same_basis and not is_follow_up
{%- endmacro %}

{#
    The visits that are events: of those without an exclusion and without a known gap in coverage, the first of
    repeat_visit_days; and all others.

    event      a CTE made by measure_ed_window, with the rule repeat_visit_days
    exclusion  at most one exclusion per event and id
#}
{% macro measure_ed_first_visit(event, exclusion) -%}
with eligible_visit as (
    select
        event.*,
        exclusion.event_key is null
        and (event.not_evaluable_reason is null or not event.is_enrollment_known) as is_eligible
    from {{ event }} as event
    left join {{ exclusion }} as exclusion
        on event.event_key = exclusion.event_key
        and event.measure_id = exclusion.measure_id
        and event.basis = exclusion.basis
),

spaced_candidate as (
    select * from eligible_visit
    where is_eligible
),

spaced_visit as (
    {{ measure_spaced('spaced_candidate', 'event_date', 'repeat_visit_days') }}
)

select event.*
from eligible_visit as event
left join spaced_visit
    on event.event_key = spaced_visit.event_key
    and event.measure_id = spaced_visit.measure_id
    and event.basis = spaced_visit.basis
where not event.is_eligible or spaced_visit.event_key is not null
{%- endmacro %}

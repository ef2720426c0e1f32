{#
    The one rule for "in a hospital": an acute stay (inpatient, detox or psychiatric), not an emergency
    visit, an observation, a crisis center or a nursing or residential facility. An admission without a
    discharge ends at the first kept in-person visit after it, else after unended_admission_days; one
    that ends by this rule has is_end_assumed, which the notice of unended admissions counts.
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

rule as (
    select
        cast(max(case when rule_id = 'unended_admission_days' then value end) as integer)
            as unended_days
    from {{ ref('event_rule') }}
),

stay_view as (
    select
        stay.part2_view,
        stay.stay_key,
        stay.client_key,
        stay.admitted_at,
        stay.admit_date,
        case when stay.discharged_at <= run.as_of then stay.discharged_at end as discharged_at,
        case when stay.discharged_at <= run.as_of then stay.discharge_date end as discharge_date,
        run.as_of,
        run.as_of_date,
        run.time_zone
    from {{ ref('int_stay__by_part2_view') }} as stay
    cross join run
    where
        stay.client_key is not null
        and stay.stay_class = 'acute'
        and stay.admitted_at <= run.as_of
),

-- a visit by video or phone, or at a hospital bed, does not show that the client has left
elsewhere_place as (
    select distinct place_of_service_code
    from {{ ref('claim_place_of_service') }}
    where setting in ('telehealth', 'no_follow_up_place', 'psychiatric_place')
),

remote_appointment as (
    select distinct client_key, appointment_id
    from {{ ref('fct_appointment') }}
    where modality in ('video', 'phone') and client_key is not null
),

in_person_visit as (
    select visit.client_key, visit.started_at, visit.visit_date, visit.is_part2
    from {{ ref('fct_visit') }} as visit
    left join elsewhere_place
        on visit.place_of_service_code = elsewhere_place.place_of_service_code
    left join remote_appointment
        on
        visit.client_key = remote_appointment.client_key
        and visit.appointment_id = remote_appointment.appointment_id
    where
        elsewhere_place.place_of_service_code is null
        and remote_appointment.appointment_id is null
),

first_visit as (
    select
        stay_view.part2_view,
        stay_view.stay_key,
        min(visit.started_at) as started_at
    from stay_view
    inner join in_person_visit as visit
        on
        stay_view.client_key = visit.client_key
        and stay_view.admitted_at < visit.started_at
        and stay_view.as_of >= visit.started_at
    where
        stay_view.discharged_at is null
        and (stay_view.part2_view = 'full' or not visit.is_part2)
    group by stay_view.part2_view, stay_view.stay_key
),

bounded_stay as (
    select
        stay_view.*,
        coalesce(
            stay_view.discharged_at,
            least(
                first_visit.started_at,
                {{ dbt.dateadd('day', 'rule.unended_days', 'stay_view.admitted_at') }}
            )
        ) as ended_at
    from stay_view
    cross join rule
    left join first_visit
        on
        stay_view.part2_view = first_visit.part2_view
        and stay_view.stay_key = first_visit.stay_key
),

hospital_stay as (
    select
        part2_view,
        stay_key,
        client_key,
        admitted_at,
        admit_date,
        ended_at,
        ended_at > as_of as is_inside,
        discharged_at is null and ended_at <= as_of as is_end_assumed,
        case
            when discharge_date is not null then discharge_date
            else least({{ local_date('ended_at', 'time_zone') }}, as_of_date)
        end as last_date
    from bounded_stay
)

select * from hospital_stay

-- Programs, providers and enrollments, and clients with their values at as_of.
create temp table dim_program as
select
    program_id, coalesce(is_part2, false) as is_part2,
    coalesce(expected_visit_interval_days, visit_interval_days) as expected_visit_interval_days
from ehr_program
left join seed_service_line_default using (service_line);

create temp table dim_provider as
select npi, provider_name, taxonomy_code, facility_type, coalesce(is_part2, false) as is_part2 from ehr_provider;

create temp table fct_program_enrollment as
select client_key, enrollment_id, program_id, start_date, end_date
from ehr_program_enrollment
left join client_of_agency using (client_id);

-- Days of a client in a Part 2 program, as merged spans, so that a row matches at most one span.
create temp table part2_span as
select client_key, min(start_date) as start_date, max(end_date) as end_date
from (
    select *, sum(case when start_date <= latest_end_date + 1 then 0 else 1 end) over (
        partition by client_key order by start_date, end_date rows unbounded preceding
    ) as n
    from (
        select client_key, start_date, end_date, max(end_date) over (
            partition by client_key order by start_date, end_date rows between unbounded preceding and 1 preceding
        ) as latest_end_date
        from (
            select client_key, start_date, coalesce(end_date, date '9999-12-31') as end_date
            from fct_program_enrollment
            semi join (from dim_program where is_part2) using (program_id)
        )
        where end_date >= start_date and client_key is not null
    )
)
group by client_key, n;

create temp table fct_eligibility as
with enrollment as (
    select
        client_key, coalesce(payer_type, 'other') as payer_type, enrollment_start_date as start_date,
        coalesce(enrollment_end_date, date '9999-12-31') as end_date, coalesce(is_dual, false) as is_dual
    from claims_eligibility as enrollment
    inner join client_of_member using (data_source, person_id)
    left join seed_dual_status as dual on padded_code(enrollment.dual_status_code, 2) = dual.dual_status_code
),
numbered as (
    select *, sum(case when start_date <= latest_end_date + 1 then 0 else 1 end) over (
        partition by client_key, payer_type order by start_date, end_date rows unbounded preceding
    ) as n
    from (
        select *, max(end_date) over (
            partition by client_key, payer_type order by start_date, end_date
            rows between unbounded preceding and 1 preceding
        ) as latest_end_date
        from enrollment
        where end_date >= start_date
    )
)
select client_key, payer_type, min(start_date) as start_date, max(end_date) as end_date, bool_or(is_dual) as is_dual
from numbered
group by client_key, payer_type, n;

-- Deceased clients are not called: date from the record, else from the payer, the hospital.
create temp table deceased as
with report as (
    select 'ehr' as source, '' as scope, client_id as source_client_id, 1 as preference, death_date
    from ehr_client where death_date is not null
    union all
    select 'claims', data_source, person_id, 2, death_date
    from claims_eligibility where death_date is not null or death_flag
    union all
    select
        'adt', sending_facility_id, coalesce(source_patient_id, 'medicaid:' || upper(trim(medicaid_id))), 3,
        event_at_day
    from adt_event as event
    left join seed_discharge_disposition as disposition
        on padded_code(event.discharge_disposition_code, 2) = disposition.discharge_disposition_code
    where event_type = 'deceased' or (event_type = 'discharge' and category = 'died')
)
select client_key, first(death_date order by death_date is null, preference, death_date) as death_date
from report
inner join identity using (source, scope, source_client_id)
where coalesce(death_date <= as_of_date(), true)
group by client_key;

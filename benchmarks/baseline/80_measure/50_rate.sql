-- No-show rate. The client's strata are one integer, so that appointments are grouped by four integers and a location.
create temp table stratum as
select row_number() over () as stratum, sex, race, ethnicity, payer_type, primary_program_id, site_id
from (select distinct sex, race, ethnicity, payer_type, primary_program_id, site_id from dim_client);
create temp table client_stratum as
select client_key, stratum, birth_date
from dim_client as client
inner join stratum
    on client.sex is not distinct from stratum.sex and client.race is not distinct from stratum.race
    and client.ethnicity is not distinct from stratum.ethnicity
    and client.payer_type is not distinct from stratum.payer_type
    and client.primary_program_id is not distinct from stratum.primary_program_id
    and client.site_id is not distinct from stratum.site_id;

create temp table no_show_count as
with missed_in_hospital as (
    select distinct appointment_key
    from (
        from fct_appointment
        where status in ('no_show', 'late_cancel')
            and scheduled_date >= make_date(extract(year from as_of_date())::integer - 1, 1, 1)
    ) as appointment
    inner join fct_stay as stay
        on appointment.client_key = stay.client_key and scheduled_at >= admitted_at
        and scheduled_at < coalesce(discharged_at, admitted_at + (
            select max(rule['open_stay_days']) from period where measure_set = 'no_show_rate'
        ) * interval '1 day')
),
counted as (
    select
        stratum, program_id, site_id, scheduled_date, birth_date,
        case
            when status in ('clinic_cancel', 'rescheduled', 'client_cancel') then 'excluded'
            when hospital.appointment_key is not null then 'excluded'
            when status = 'late_cancel' and (
                select min(rule['late_cancel_counts']) from period where measure_set = 'no_show_rate'
            ) = 0 then 'excluded'
            when status = 'scheduled' then 'open'
            when status = 'no_show' then 'met'
            else 'not_met'
        end as verdict
    from fct_appointment as appointment
    inner join client_stratum using (client_key)
    left join missed_in_hospital as hospital on appointment.appointment_key = hospital.appointment_key
    where scheduled_at <= as_of()
        and scheduled_date >= make_date(extract(year from as_of_date())::integer - 1, 1, 1)
),
grouped as (
    select
        stratum, program_id, site_id, date_trunc('month', scheduled_date) as month,
        age_years(birth_date, scheduled_date) as age,
        count(*) filter (where verdict in ('met', 'not_met')) as denominator,
        count(*) filter (where verdict = 'met') as numerator,
        count(*) filter (where verdict = 'excluded') as excluded,
        count(*) filter (where verdict = 'open') as open
    from counted
    group by all
)
select
    'no_show_rate' as measure_id, extract(year from month)::integer as measurement_year, 'operational' as basis,
    cast(month as date) as month, coalesce(program_id, primary_program_id) as program_id,
    coalesce(grouped.site_id, stratum.site_id) as site_id, payer_type, age_band, sex, race, ethnicity, denominator, numerator,
    excluded, open
from grouped
inner join stratum using (stratum)
left join seed_measure_age_band as band
    on measure_set = 'no_show_rate' and age between first_age_years and last_age_years;

create table fct_measure_rate as
with counted as (
    select
        measure_id, measurement_year, basis, cast(date_trunc('month', event_date) as date) as month, program_id, site_id,
        payer_type, age_band, sex, race, ethnicity,
        count(*) filter (where status in ('met', 'not_met')) as denominator,
        count(*) filter (where status = 'met') as numerator,
        count(*) filter (where status = 'excluded') as excluded,
        count(*) filter (where status = 'open') as open
    from fct_measure_event
    group by all
    union all by name
    from no_show_count
),
named as (
    select * replace (
        coalesce(program_id, 'unknown') as program_id, coalesce(site_id, 'unknown') as site_id,
        coalesce(payer_type, 'unknown') as payer_type, coalesce(age_band, 'unknown') as age_band,
        coalesce(sex, 'unknown') as sex, coalesce(race, 'unknown') as race, coalesce(ethnicity, 'unknown') as ethnicity
    )
    from counted
),
summed as (
    select
        measure_id, measurement_year, basis, month, program_id, site_id, payer_type, age_band, sex, race, ethnicity,
        sum(denominator) as denominator, sum(numerator) as numerator, sum(excluded) as excluded, sum(open) as open
    from named
    group by grouping sets (
        (measure_id, measurement_year, basis),
        (measure_id, measurement_year, basis, month),
        (measure_id, measurement_year, basis, program_id),
        (measure_id, measurement_year, basis, site_id),
        (measure_id, measurement_year, basis, payer_type),
        (measure_id, measurement_year, basis, age_band),
        (measure_id, measurement_year, basis, sex),
        (measure_id, measurement_year, basis, race),
        (measure_id, measurement_year, basis, ethnicity)
    )
)
select
    measure_id, measurement_year, month, basis, nullif(program_id, 'unknown') as program_id,
    nullif(site_id, 'unknown') as site_id, nullif(payer_type, 'unknown') as payer_type,
    case
        when program_id is not null then 'program_id' when site_id is not null then 'site_id'
        when payer_type is not null then 'payer_type' when age_band is not null then 'age_band'
        when sex is not null then 'sex' when race is not null then 'race' when ethnicity is not null then 'ethnicity'
        else 'total'
    end as stratum_name,
    coalesce(program_id, site_id, payer_type, age_band, sex, race, ethnicity, 'all') as stratum_value,
    cast(denominator as bigint) as denominator, cast(numerator as bigint) as numerator,
    cast(excluded as bigint) as excluded, cast(open as bigint) as open,
    cast(numerator * 1.0 / nullif(denominator, 0) as decimal(9, 6)) as rate
from summed;

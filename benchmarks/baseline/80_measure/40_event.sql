-- Precedence of the status: an exclusion once it is known, then open until the window closes, then not assessable, then
-- the numerator.
create table fct_measure_event as
select
    event.measure_id, measure_version, measurement_year, event.basis, client_key, client_id, event_key, event_date,
    case
        when reason is not null then 'excluded'
        when as_of() < window_closes_at then 'open'
        when not_evaluable_reason is not null then 'not_evaluable'
        when is_met then 'met'
        when numerator.event_key is not null and is_met is null then 'not_evaluable'
        else 'not_met'
    end as status,
    case
        when reason is not null then reason
        when as_of() < window_closes_at then null
        when not_evaluable_reason is not null then not_evaluable_reason
        when numerator.event_key is not null and is_met is null then 'provider_type_unknown'
    end as exclusion_reason,
    age_band, sex, race, ethnicity, payer_type, primary_program_id as program_id, site_id
from event
inner join dim_client using (client_key)
left join (select * exclude (reason), min(reason) as reason from exclusion group by all) as exclusion
    using (measure_id, basis, event_key, measurement_year)
left join numerator using (measure_id, basis, event_key, measurement_year)
left join seed_measure_age_band as band
    on event.measure_set = band.measure_set
    and age_years(birth_date, event_date) between first_age_years and last_age_years;

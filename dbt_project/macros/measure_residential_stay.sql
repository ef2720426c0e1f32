{#
    Body of a CTE: the stays in psychiatric residential care, by the type of the facility, or by a residential service during
    the stay. One row per basis, measurement year and stay: those columns, client_key and admit_date.

    stay  a CTE made by measure_stay
#}
{% macro measure_residential_stay(stay) -%}
select distinct
    stay.basis,
    stay.measurement_year,
    stay.stay_key,
    stay.client_key,
    stay.admit_date
from {{ stay }} as stay
left join {{ ref('fct_outpatient_service') }} as service
    on stay.client_key = service.client_key
    and stay.basis = service.basis
    and service.is_residential
    and service.service_date between stay.admit_date
    and coalesce(stay.discharge_date, stay.end_date)
where
    stay.stay_class = 'nonacute'
    and stay.setting = 'psychiatric'
    and (stay.facility_type = 'residential' or service.client_key is not null)
{%- endmacro %}

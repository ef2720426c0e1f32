{# Fails where the number of business days between two given dates differs from the given number. #}
{% test business_days_between(model, cases) %}
{%- for case in cases %}
select first_day.calendar_date, last_day.calendar_date as later_date
from {{ model }} as first_day
cross join {{ model }} as last_day
where first_day.calendar_date = cast('{{ case.from_day }}' as date)
    and last_day.calendar_date = cast('{{ case.to_day }}' as date)
    and last_day.business_day_number - first_day.business_day_number <> {{ case.days }}
{{- '\nunion all' if not loop.last }}
{%- endfor %}
{% endtest %}

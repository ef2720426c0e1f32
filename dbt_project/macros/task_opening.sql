{# Columns of an opening, the CTE that macro task_lifecycle reads. #}

{# Hash and key of the task of an event: the hash joins CTEs, the key is published. #}
{% macro task_identity(parts) -%}
    {{ surrogate_key(parts) }} as task_hash,
        {{ task_key(parts) }} as task_key
{%- endmacro %}

{# The task does not expire. #}
{% macro no_expiry() -%}
    cast(null as timestamp with time zone) as expires_at,
        cast(null as {{ dbt.type_string() }}) as expiry_reason
{%- endmacro %}

{# No later record can cancel or correct the event. #}
{% macro no_retraction() -%}
    cast(null as timestamp with time zone) as retracted_at,
        cast(null as {{ dbt.type_string() }}) as retraction_type
{%- endmacro %}

{# The event has no facility, setting or discharge disposition. #}
{% macro no_facility() -%}
    cast(null as {{ dbt.type_string() }}) as event_facility,
        cast(null as {{ dbt.type_string() }}) as event_setting,
        cast(null as {{ dbt.type_string() }}) as discharge_disposition_code
{%- endmacro %}

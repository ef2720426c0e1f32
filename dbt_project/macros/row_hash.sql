{# A fast 64-bit hash of a key, for counting only: equal keys hash equal, unequal ones are told apart afterwards. #}
{% macro row_hash(parts) -%}
    hash({% for part in parts %}coalesce(cast({{ part }} as {{ dbt.type_string() }}), ''){{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

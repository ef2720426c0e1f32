{#
    A fast 64-bit hash of a key, for counting and joining only: equal keys hash equal, unequal ones are told apart
    afterwards. The reader stores an empty value as null, so nulls need no care here. Each engine has its own hash.
#}
{% macro row_hash(parts) -%}
    hash({{ parts | join(', ') }})
{%- endmacro %}

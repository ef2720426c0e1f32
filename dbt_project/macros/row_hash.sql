{#
    A fast 64-bit hash of a key, for counting only: equal keys hash equal, unequal ones are told apart afterwards.
    The reader stores an empty value as null, so nulls need no care here.
#}
{% macro row_hash(parts) -%}
    hash({{ parts | join(', ') }})
{%- endmacro %}

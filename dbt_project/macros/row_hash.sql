{#
    A fast 64-bit hash of a key, for counting and joining only: equal keys hash equal, unequal ones are told apart
    afterwards. The reader stores an empty value as null, so nulls need no care here. Each engine has its own hash.
    Beware: keys of claims (int_claim__final and what is made from claims alone) still come from it, so they hold
    within one version of DuckDB only; keys that must outlive an upgrade belong to surrogate_key.
#}
{% macro row_hash(parts) -%}
    hash({{ parts | join(', ') }})
{%- endmacro %}

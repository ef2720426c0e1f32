{# A version of a provider's claim: the provider, its number, and the payer's number of what it replaces or voids. #}
{% macro x12_version_id(provider_id, claim_id, replaced_sequence=none) -%}
    {{ provider_id }} || ':' || {{ claim_id }}
    {%- if replaced_sequence %} || coalesce('#' || {{ replaced_sequence }}, ''){% endif %}
{%- endmacro %}

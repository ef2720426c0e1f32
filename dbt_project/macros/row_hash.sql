{#
    A 60-bit key of a row for counting and joining: hexadecimal digits of the md5 of the parts, the same in every engine
    and engine version. Each part carries its length, so that different lists of parts have different texts. Null and
    empty text give the same key, because the reader stores an empty value as null. half=2 takes the other digits of the
    same md5; both halves together are 120 bits, for keys that are not compared again.
#}
{% macro row_hash(parts, half=1) -%}
    cast(
        '0x' || substr(md5({{ measured_parts(parts) }}), {{ 1 if half == 1 else 17 }}, 15) as bigint
    )
{%- endmacro %}

{% macro measured_parts(parts) -%}
    {%- for part in parts -%}
        {%- set text = "coalesce(cast(" ~ part ~ " as " ~ dbt.type_string() ~ "), '')" -%}
        {%- if not loop.last -%}
            length({{ text }}) || ':' || {{ text }} || '|' || {# the last part needs no length #}
        {%- else -%}
            {{ text }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

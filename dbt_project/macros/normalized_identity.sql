{# One spelling of names, phone numbers and streets, for comparison. #}

{# Words of a name in lower-case letters, without accents, apostrophes, hyphens and periods. #}
{% macro name_words(name) -%}
    nullif(
        trim(
            regexp_replace(
                translate(
                    lower(replace({{ name }}, '''', '')),
                    'áàâäãåéèêëíìîïóòôöõøúùûüñçýÿ', 'aaaaaaeeeeiiiioooooouuuuncyy'
                ),
                '[^a-z]+', ' ', 'g'
            )
        ),
        ''
    )
{%- endmacro %}

{# Generation suffix, from its own field or from the end of the last name. #}
{% macro name_suffix(suffix, last_words) -%}
    case
        when {{ name_words(suffix) }} in ('jr', 'junior') then 'jr'
        when {{ name_words(suffix) }} in ('sr', 'senior') then 'sr'
        when {{ name_words(suffix) }} in ('ii', 'iii', 'iv') then {{ name_words(suffix) }}
        {%- for ending in ['jr', 'sr', 'ii', 'iii', 'iv'] %}
        when {{ last_words }} like '% {{ ending }}' then '{{ ending }}'
        {%- endfor %}
    end
{%- endmacro %}

{# The last name without that suffix and without spaces: senders join double names by a hyphen, a space or nothing. #}
{% macro bare_last_name(last_words) -%}
    replace(regexp_replace({{ last_words }}, ' (jr|sr|ii|iii|iv)$', ''), ' ', '')
{%- endmacro %}

{# The last ten digits of a phone number; null where there are fewer. #}
{% macro phone_number(phone) -%}
    case
        when length(regexp_replace({{ phone }}, '[^0-9]', '', 'g')) >= 10
            then right(regexp_replace({{ phone }}, '[^0-9]', '', 'g'), 10)
    end
{%- endmacro %}

{# House number and the words of a street, without the street type, which some senders abbreviate. #}
{% macro street_address(address) -%}
    nullif(
        trim(
            regexp_replace(
                regexp_replace(lower({{ address }}), '[^a-z0-9]+', ' ', 'g'),
                ' (street|st|avenue|ave|road|rd|lane|ln|court|ct|drive|dr|boulevard|blvd|way)( |$)', ' ', 'g'
            )
        ),
        ''
    )
{%- endmacro %}

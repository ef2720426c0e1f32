{# Names, telephones and streets as different hands write them, in one spelling to compare by. #}

{# Words of a name in plain lower-case letters: no accents, apostrophes, hyphens or titles' dots. #}
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

{# A generation's suffix, also where it stands at the end of the last name. #}
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

{# The last name without that suffix, in one piece: double names come with hyphen, blank or nothing. #}
{% macro bare_last_name(last_words) -%}
    replace(regexp_replace({{ last_words }}, ' (jr|sr|ii|iii|iv)$', ''), ' ', '')
{%- endmacro %}

{# The last ten digits of a telephone number; null where there are fewer. #}
{% macro phone_number(phone) -%}
    case
        when length(regexp_replace({{ phone }}, '[^0-9]', '', 'g')) >= 10
            then right(regexp_replace({{ phone }}, '[^0-9]', '', 'g'), 10)
    end
{%- endmacro %}

{# House number and the words of a street, without the kind of street that one writes out and another abbreviates. #}
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

{#
    A birth date that is possible at as_of, else null: not in the future and, for a living person, not further back than
    oldest_age_years of the seed quality_limit (some systems write 1900-01-01 for "unknown"). A client with a wrong birth date
    is still a client to call, so only the date is set aside and the row is kept; quality.fct_set_aside counts the dates.

    death_date: column that is not null where the person died, if the sender has one.
#}
{% macro plausible_birth_date(birth_date, death_date=none) -%}
    case
        when
            {{ birth_date }} <= (select as_of_date from {{ ref('stg_caseload__run') }})
            and (
                {{ birth_date }} > (
                    select cast({{ dbt.dateadd('year', '-1 - oldest.limit_value', 'run.as_of_date') }} as date)
                    from {{ ref('stg_caseload__run') }} as run
                    cross join {{ ref('quality_limit') }} as oldest
                    where oldest.limit_id = 'oldest_age_years'
                )
                {%- if death_date %}
                or {{ death_date }} is not null
                {%- endif %}
            )
            then {{ birth_date }}
    end
{%- endmacro %}

{# Every table with a birth date: its column, and the column that is not null where the person died. #}
{% macro told_birth_dates() -%}
    {{ return([
        ('adt', 'event', 'birth_date', none),
        ('adt', 'message', 'birth_date', 'death_at'),
        ('claims', 'eligibility', 'birth_date', 'death_date'),
        ('claims_cclf', 'cclf8', cclf_date('bene_dob'), cclf_date('bene_death_dt')),
        ('claims_x12', 'claim', 'patient_birth_date', 'patient_death_date'),
        ('ehr', 'client', 'birth_date', 'death_date'),
        ('ehr_fhir', 'Patient', 'birth_date', 'deceased_at'),
        ('synthea', 'patients', 'birthdate', 'deathdate'),
    ]) }}
{%- endmacro %}

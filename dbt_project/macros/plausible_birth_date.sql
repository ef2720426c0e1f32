{#
    A birth date that can be true at as_of, else null: nobody is born later, and nobody alive is older than
    quality_limit's oldest_age_years (a system's own 1900-01-01 stands for "unknown"). Who died is spared the lower bound.
    A client whose birth date is wrong is still a client to call, so the date is set aside and the row stays;
    quality.fct_set_aside counts it.

    death_date: a column that says that the person died, where the sender has one.
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

{# Every table that tells a birth date: its column, and the column that says that the person died. #}
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

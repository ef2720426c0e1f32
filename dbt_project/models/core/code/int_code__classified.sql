{%- set groups = [
    'is_behavioral', 'is_mental_principal_2024', 'is_mental_principal_2025', 'is_mental_any',
    'is_self_harm', 'is_suicidal_ideation', 'is_self_harm_history', 'is_sud_remission',
    'is_overdose', 'is_mdd', 'is_dysthymia', 'is_dementia', 'is_bipolar', 'is_schizophrenia',
    'is_psychotic', 'is_labile_personality', 'is_pervasive_developmental', 'is_palliative',
    'is_sed', 'is_social_need', 'is_homeless', 'is_housing_unstable', 'is_food_insecure',
    'is_transport_insecure', 'is_utility_insecure', 'is_pregnancy', 'is_perinatal',
    'is_planned_admission', 'is_diabetes', 'is_narcolepsy',
    'is_elixhauser_alcohol', 'is_elixhauser_drug', 'is_elixhauser_psychosis',
    'is_elixhauser_depression',
] %}
{#- A disorder in remission is not active: it is in none of these groups and has its own flag. -#}
{%- set active_groups = ['is_sud', 'is_aud', 'is_oud', 'is_other_drug', 'is_stimulant'] %}

with
{{ translated_codes() }},

run as (
    select state from {{ ref('int_run__as_of') }}
),

supplied_code as (
    select * from {{ ref('int_value_set__named') }}
),

-- a user-supplied list replaces the shipped one
code_group as (
    select * from {{ ref('icd10_code_group') }}
    where group_name not in (select supplied_code.group_name from supplied_code)
),

smi_definition as (
    select * from {{ ref('smi_definition') }}
),

grouped_code as (
    select translated_code.code, code_group.group_name
    from translated_code
    inner join code_group
        on (
            (
                code_group.match_kind = 'prefix'
                and starts_with(translated_code.icd10cm_code, code_group.pattern)
            )
            or (
                code_group.match_kind = 'regex'
                and regexp_matches(translated_code.icd10cm_code, code_group.pattern)
            )
        )
        and not (
            code_group.is_initial_encounter_only
            and substr(translated_code.icd10cm_code, 7, 1) in ('D', 'S')
        )
    union
    select translated_code.code, supplied_code.group_name
    from translated_code
    inner join supplied_code
        on
        supplied_code.code_system = 'icd10cm'
        and translated_code.icd10cm_code = supplied_code.code
    union
    select collected_code.code, supplied_code.group_name
    from collected_code
    inner join supplied_code
        on
        collected_code.code_system = supplied_code.code_system
        and collected_code.code = supplied_code.code
),

flagged_code as (
    select
        {%- for group_name in groups + active_groups %}
        bool_or(group_name = '{{ group_name }}') as {{ group_name }},
        {%- endfor %}
        code
    from grouped_code
    group by code
),

known_code as (
    select code from translated_code
    union
    select code from grouped_code
),

-- the state's own list replaces the default one
chosen_definition as (
    select smi_definition.code_prefix
    from smi_definition
    cross join run
    where smi_definition.is_included
        and smi_definition.state = case
            when run.state in (select defined.state from smi_definition as defined) then run.state
            else 'default'
        end
),

smi_code as (
    select distinct translated_code.code
    from translated_code
    inner join chosen_definition
        on starts_with(translated_code.icd10cm_code, chosen_definition.code_prefix)
),

classified_code as (
    select
        collected_code.code,
        collected_code.code_system,
        {%- for group_name in groups %}
        coalesce(flagged_code.{{ group_name }}, false) as {{ group_name }},
        {%- endfor %}
        {%- for group_name in active_groups %}
        coalesce(flagged_code.{{ group_name }} and not flagged_code.is_sud_remission, false)
            as {{ group_name }},
        {%- endfor %}
        smi_code.code is not null as is_smi,
        known_code.code is not null as is_known
    from collected_code
    left join flagged_code on collected_code.code = flagged_code.code
    left join known_code on collected_code.code = known_code.code
    left join smi_code on collected_code.code = smi_code.code
)

select * from classified_code

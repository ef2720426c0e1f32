-- The events of all measures in one relation; a new measure adds one line here.
with

{% set measures = [
    'measure_fuh',
    'measure_fum',
    'measure_fua',
    'measure_pcr',
    'measure_bh_readmit_30',
    'measure_saa',
    'measure_ssd',
    'measure_amm',
    'measure_iet',
    'measure_add',
    'measure_oud',
    'measure_apm',
    'measure_contact_24h',
    'measure_followup_7d',
    'measure_no_show_rate',
    'measure_missed_followup',
    'measure_referral_loop_closed',
    'measure_plan_current',
    'measure_phq9_response',
    'measure_dep_rem_6',
    'measure_cms2',
    'measure_cms159',
    'measure_cms50',
    'measure_cms177',
    'measure_cms137',
    'measure_cms128',
    'measure_cms136',
    'measure_cdf',
    'measure_sdoh',
    'measure_sdoh_addressed',
    'measure_asc',
    'measure_iserv',
    'measure_sra',
    'measure_tsc',
    'measure_note_signed_72h',
] -%}

measure_event as (
    {%- for measure in measures %}
    select
        measure_id,
        measure_version,
        measurement_year,
        basis,
        client_key,
        client_id,
        event_key,
        event_date,
        is_initial_population,
        is_denominator,
        is_excluded,
        exclusion_reason,
        is_exception,
        is_numerator,
        evidence_table,
        evidence_key,
        evidence_date,
        status,
        age_band,
        sex,
        race,
        ethnicity,
        payer_type,
        program_id,
        site_id
    from {{ ref(measure) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from measure_event

with run as (
    select * from {{ ref('int_run__as_of') }}
),

described_client as (
    select * from {{ ref('int_client__described') }}
),

deceased_client as (
    select * from {{ ref('int_client__deceased') }}
),

demographic_name as (
    select * from {{ ref('demographic_name') }}
),

care_manager as (
    select * from {{ ref('int_client__care_manager') }}
),

current_program as (
    select
        enrollment.client_key,
        enrollment.program_id,
        row_number() over (
            partition by enrollment.client_key
            order by enrollment.start_date desc, enrollment.enrollment_id
        ) as enrollment_rank,
        row_number() over (
            partition by enrollment.client_key, coalesce(program.is_part2, false)
            order by enrollment.start_date desc, enrollment.enrollment_id
        ) as rank_of_origin,
        coalesce(program.is_part2, false) as is_part2
    from {{ ref('fct_program_enrollment') }} as enrollment
    cross join run
    left join {{ ref('dim_program') }} as program on enrollment.program_id = program.program_id
    where run.as_of_date >= enrollment.start_date
        and coalesce(run.as_of_date <= enrollment.end_date, true)
),

-- the spans in force at as_of, else those that ended last; of these, the payers' own reports
ranked_span as (
    select
        eligibility.*,
        rank() over (
            partition by eligibility.client_key
            order by
                least(eligibility.end_date, run.as_of_date) desc,
                case eligibility.basis when 'payer' then 0 else 1 end
        ) as span_rank
    from {{ ref('fct_eligibility') }} as eligibility
    cross join run
    where eligibility.start_date <= run.as_of_date
),

current_payer as (
    select
        span.client_key,
        {{ payer_type_of('span') }} as payer_type
    from ranked_span as span
    where span.span_rank = 1
    group by span.client_key
),

client as (
    select
        described.client_key,
        described.client_id,
        described.source,
        described.is_agency_client,
        described.first_name,
        described.middle_name,
        described.last_name,
        described.name_suffix,
        described.preferred_name,
        described.birth_date,
        deceased.death_date,
        deceased.client_key is not null as is_deceased,
        {{ age_years('described.birth_date', 'run.as_of_date') }} as age_years,
        {%- for attribute, unknown in {
            'sex': 'U', 'race': 'unknown', 'ethnicity': 'unknown',
        }.items() %}
        case
            when described.delivered_{{ attribute }} is not null
                then coalesce({{ attribute }}_name.normalized, '{{ unknown }}')
        end as {{ attribute }},
        {%- endfor %}
        coalesce(language_name.normalized, described.delivered_language) as language,
        {%- for column in [
            'interpreter_needed', 'address', 'city', 'state', 'zip_code', 'phone', 'phone_2',
            'ok_to_call', 'ok_to_leave_message', 'ok_to_text', 'ok_to_mail', 'guardian_name',
            'guardian_phone', 'is_confidential_minor', 'housing_status', 'site_id', 'status',
            'medicaid_id', 'medicare_id',
        ] %}
        described.{{ column }},
        {%- endfor %}
        care_manager.care_manager_id,
        current_program.program_id as primary_program_id,
        unprotected_program.program_id as primary_program_id_without_part2,
        current_payer.payer_type,
        described.is_agency_client
        and deceased.client_key is null
        and coalesce(described.status, 'active') <> 'discharged' as is_listable
    from described_client as described
    cross join run
    left join deceased_client as deceased on described.client_key = deceased.client_key
    {%- for attribute in ['sex', 'race', 'ethnicity', 'language'] %}
    left join demographic_name as {{ attribute }}_name
        on {{ attribute }}_name.attribute = '{{ attribute }}'
        and described.delivered_{{ attribute }} = {{ attribute }}_name.delivered
    {%- endfor %}
    left join care_manager on described.client_key = care_manager.client_key
    left join current_program
        on described.client_key = current_program.client_key and current_program.enrollment_rank = 1
    left join current_program as unprotected_program
        on described.client_key = unprotected_program.client_key
        and unprotected_program.rank_of_origin = 1
        and not unprotected_program.is_part2
    left join current_payer on described.client_key = current_payer.client_key
)

select * from client

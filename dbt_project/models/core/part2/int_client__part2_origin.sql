{#
    The origin of a Part 2 row without a program is the client's Part 2 enrollments. Without such an
    enrollment, and for records from outside, the origin is '': only a consent that names no program
    covers it.
#}
with program as (
    select program_id from {{ ref('dim_program') }}
    where is_part2
),

enrolled_program as (
    select distinct enrollment.client_key, enrollment.program_id
    from {{ ref('fct_program_enrollment') }} as enrollment
    inner join program on enrollment.program_id = program.program_id
    where enrollment.client_key is not null
),

agency_row as (
    {%- for fact in [
        'fct_visit', 'fct_appointment', 'fct_screening', 'fct_referral', 'fct_diagnosis',
        'fct_medication', 'fct_treatment_plan', 'fct_document',
    ] %}
    select distinct client_key, program_id from {{ ref(fact) }}
    where is_part2
    union all
    {%- endfor %}
    {%- for fact in [
        'fct_contact', 'fct_crisis_contact', 'fct_intake', 'fct_authorization', 'fct_eligibility',
    ] %}
    select distinct client_key, cast(null as {{ dbt.type_string() }}) as program_id
    from {{ ref(fact) }}
    where is_part2
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- an alert may describe no stay or emergency visit, and a claim no service, and still be evidence
outside_row as (
    select client_key from {{ ref('int_alert_encounter__resolved') }}
    where is_part2
    union
    select client_key from {{ ref('int_claim__summed') }}
    where is_part2
    union
    select client_key from {{ ref('fct_stay') }}
    where is_part2
    union
    select client_key from {{ ref('fct_ed_visit') }}
    where is_part2
    union
    select client_key from {{ ref('fct_outpatient_service') }}
    where is_part2 and basis = 'reporting'
),

origin as (
    select client_key, program_id from enrolled_program
    union
    select agency_row.client_key, coalesce(program.program_id, '') as program_id
    from agency_row
    left join program on agency_row.program_id = program.program_id
    where agency_row.client_key is not null
        and (
            program.program_id is not null
            or agency_row.client_key not in (select client_key from enrolled_program)
        )
    union
    select client_key, '' as program_id from outside_row
    where client_key is not null
)

select * from origin

-- What was done at an encounter. What was not done, is not done yet or was entered in error says
-- nothing
with done_procedure as (
    select *, {{ upper_code('code') }} as procedure_code
    from {{ ref('stg_ehr_fhir__procedure') }}
    where
        status = 'completed'
        and {{ upper_code('code') }} is not null
        and encounter_id is not null
),

code_system_name as (
    select * from {{ ref('code_system_name') }}
    where code_system in ('cpt', 'hcpcs')
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

known_code as (
    select distinct hcpcs_code as code from {{ ref('claim_hcpcs') }}
),

-- of several, the one that says what kind of service the visit was: a therapy hour counts, the form
-- that was filled in beforehand does not
ranked_procedure as (
    select
        done_procedure.encounter_id,
        done_procedure.procedure_code,
        service_line.service_line,
        code_system_name.code_system is not null as is_billing_code,
        done_procedure.part2_label is not null as is_part2_labelled,
        row_number() over (
            partition by done_procedure.encounter_id
            order by
                case when service_line.service_line is not null then 0 else 1 end,
                case
                    when code_system_name.code_system is not null and known_code.code is not null
                        then 0
                    when code_system_name.code_system is not null then 1
                    else 2
                end,
                done_procedure.started_at,
                done_procedure.procedure_id
        ) as preference
    from done_procedure
    left join code_system_name
        on rtrim(lower(trim(done_procedure.code_system)), '/') = code_system_name.name
    left join service_line on done_procedure.procedure_code = service_line.code
    left join known_code on done_procedure.procedure_code = known_code.code
),

procedure as (
    select * exclude (preference) from ranked_procedure
    where preference = 1
)

select * from procedure

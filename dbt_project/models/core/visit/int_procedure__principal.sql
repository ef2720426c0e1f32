with procedure as (
    select * from {{ ref('input_procedure') }}
    where encounter_id is not null
),

service_line as (
    select code, service_line from {{ ref('appointment_service_line') }}
),

known_code as (
    select distinct hcpcs_code as code from {{ ref('claim_hcpcs') }}
),

-- an hour of therapy says what kind of service the visit was, a form filled in before it does not
ranked_procedure as (
    select
        procedure.source,
        procedure.encounter_id,
        procedure.procedure_code,
        service_line.service_line,
        coalesce(procedure.code_system in ('cpt', 'hcpcs'), false) as is_billing_code,
        procedure.is_part2_labelled,
        row_number() over (
            partition by procedure.source, procedure.encounter_id
            order by
                case when service_line.service_line is not null then 0 else 1 end,
                case
                    when procedure.code_system in ('cpt', 'hcpcs') and known_code.code is not null
                        then 0
                    when procedure.code_system in ('cpt', 'hcpcs') then 1
                    else 2
                end,
                procedure.started_at,
                procedure.procedure_id
        ) as procedure_rank
    from procedure
    left join service_line on procedure.procedure_code = service_line.code
    left join known_code on procedure.procedure_code = known_code.code
),

principal_procedure as (
    select * exclude (procedure_rank) from ranked_procedure
    where procedure_rank = 1
)

select * from principal_procedure

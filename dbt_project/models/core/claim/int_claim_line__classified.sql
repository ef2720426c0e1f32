-- Longer than the budget: what the codes of a claim line say needs all of the line's columns.
{%- set lookups = {
    'revenue_center': ('revenue_center', 'revenue_center_code'),
    'bill_type': ('bill_type', 'bill_type_prefix'),
    'place': ('place_of_service', 'place_of_service_code'),
    'hcpcs': ('hcpcs', 'hcpcs_code'),
    'taxonomy': ('taxonomy', 'taxonomy_code'),
} %}

with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

client as (
    select * from {{ ref('int_client__matched') }}
),

code as (
    select * from {{ ref('int_claim_code__classified') }}
),

provider as (
    select npi, taxonomy_code, is_part2 from {{ ref('dim_provider') }}
),

-- rules/dates-and-times.md#future-rows: a claim that ends after as_of is not a fact yet
claim_line as (
    select
        line.*,
        client.client_key,
        run.as_of_date,
        line.claim_type = 'institutional'
        or (line.claim_type = 'undetermined' and line.bill_type_code is not null)
            as is_institutional
    from {{ ref('input_claim_line') }} as line
    cross join run
    left join client
        on line.client_source = client.source
        and line.client_scope = client.source_scope
        and line.source_client_id = client.source_client_id
    where {{ dated_by_as_of('coalesce(line.claim_end_date, line.claim_start_date)') }}
),

-- the place of an institutional line is its type of bill and facility, of any other line its place
-- of service and clinician
described_line as (
    select
        {{ surrogate_key(['source', 'client_scope', 'payer', 'claim_id']) }} as claim_id_key,
        case
            when original_claim_id <> claim_id
                then {{ surrogate_key(['source', 'client_scope', 'payer', 'original_claim_id']) }}
        end as original_claim_id_key,
        client_key,
        {{ claim_frequency('coalesce(claim_frequency_code, right(bill_type_code, 1))') }}
            as frequency,
        coalesce(claim_status = 'reversed', false) as is_reversal,
        coalesce(claim_status <> 'denied', true) as is_payable,
        original_claim_id is not null as names_original,
        is_institutional,
        claim_start_date,
        claim_end_date,
        greatest(claim_start_date, coalesce(claim_line_start_date, claim_start_date))
            as service_date,
        case when admission_date <= as_of_date then admission_date end as admission_date,
        case when discharge_date <= as_of_date then discharge_date end as discharge_date,
        discharge_disposition_code,
        admit_type_code in (
            select admit_type.admit_type_code from {{ ref('admit_type') }} as admit_type
            where admit_type.is_emergency
        ) as is_emergency_admission,
        paid_date,
        paid_amount,
        revenue_center_code,
        case when is_institutional then left(bill_type_code, 2) end as bill_type_prefix,
        case
            when claim_type in ('professional', 'undetermined') and not is_institutional
                then place_of_service_code
        end as place_of_service_code,
        hcpcs_code,
        case
            when is_institutional then coalesce(facility_taxonomy_code, rendering_taxonomy_code)
            else coalesce(rendering_taxonomy_code, facility_taxonomy_code)
        end as taxonomy_code,
        case when not is_institutional then rendering_npi end as clinician_npi,
        coalesce(facility_npi, billing_npi) as provider_facility_npi,
        coalesce(facility_npi, case when is_institutional then billing_npi end) as facility_id,
        {%- for n in range(1, 26) %}
        diagnosis_code_{{ n }},
        {%- endfor %}
        source,
        received_at,
        batch_rank,
        _source_row,
        evidence_table
    from claim_line
),

-- where the claim names no taxonomy, the agency's own list of providers may
provider_line as (
    select
        line.* exclude (taxonomy_code, clinician_npi, provider_facility_npi),
        coalesce(
            line.taxonomy_code,
            case when not line.is_institutional then clinician.taxonomy_code end,
            facility.taxonomy_code
        ) as taxonomy_code,
        coalesce(clinician.is_part2, false) or coalesce(facility.is_part2, false) as is_part2
    from described_line as line
    left join provider as clinician on line.clinician_npi = clinician.npi
    left join provider as facility on line.provider_facility_npi = facility.npi
),

coded_line as (
    select
        line.* exclude (
            revenue_center_code, bill_type_prefix, place_of_service_code, hcpcs_code, taxonomy_code
        ),
        injected.hcpcs_code as injected_medication_code,
    {%- for setting in claim_settings() %}
    coalesce(
        {% for name in lookups -%}
        {{ name }}.is_{{ setting }}{{ ' or ' if not loop.last }}
        {%- endfor %}, false
    ) as is_{{ setting }}{{ ',' if not loop.last }}
    {%- endfor %}
    from provider_line as line
    {%- for name, lookup in lookups.items() %}
left join code as {{ name }}
    on {{ name }}.code_type = '{{ lookup[0] }}' and line.{{ lookup[1] }} = {{ name }}.code
    {%- endfor %}
    left join {{ ref('injected_medication') }} as injected on line.hcpcs_code = injected.hcpcs_code
),

-- a visit counts by its code or by its place, but never in a hospital bed or emergency room;
-- rules/encounters-and-claims.md#services: the taxonomy where known, else the place
classified_line as (
    select
        * exclude (
            is_follow_up_service, is_follow_up_place, is_no_follow_up_place,
            is_mental_health_taxonomy, is_known_taxonomy, is_substance_use_service,
            is_prescriber_taxonomy, is_organization_taxonomy
        ),
        (is_follow_up_service or is_follow_up_place) and not is_no_follow_up_place as is_follow_up,
        is_substance_use_service and not is_no_follow_up_place as is_sud_service,
        case
            when is_mental_health_taxonomy then true
            when is_known_taxonomy then false
            when is_mental_health_place then true
        end as is_mental_health_provider,
        -- rules/measures/add.md#visit: the taxonomy of an organization does not name the clinician
        case
            when is_prescriber_taxonomy then true
            when is_known_taxonomy and not is_organization_taxonomy then false
        end as is_prescriber
    from coded_line
)

select * from classified_line

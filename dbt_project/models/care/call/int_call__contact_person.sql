with client as (
    select
        client_key,
        {{ phone_digits('phone') }} as phone,
        {{ phone_digits('phone_2') }} as phone_2,
        {{ phone_digits('guardian_phone') }} as guardian_phone,
        nullif(trim(guardian_name), '') as guardian_name,
        coalesce(age_years < {{ risk_setting('adult_age_years') }}, false) as is_minor,
        coalesce(is_confidential_minor, false) as is_marked_confidential,
        coalesce(age_years >= {{ risk_setting('adult_age_years') }}, false) as is_adult
    from {{ ref('dim_client') }}
    where is_listable
),

-- rules/tasks-and-lanes.md#contact-person: the guardian of minors only, never of confidential ones;
-- a number that is also the guardian's is not a confidential minor's
contact_person as (
    select
        client_key,
        is_minor,
        is_marked_confidential and not is_adult as is_confidential,
        is_minor
        and not is_marked_confidential
        and (guardian_name is not null or guardian_phone is not null) as has_guardian,
        case when is_minor and not is_marked_confidential then guardian_name end as guardian_name,
        case when is_minor and not is_marked_confidential then guardian_phone end as guardian_phone,
        case when not (is_marked_confidential and coalesce(phone = guardian_phone, false))
                then phone
        end as phone,
        case when not (is_marked_confidential and coalesce(phone_2 = guardian_phone, false))
                then phone_2
        end as phone_2
    from client
)

select * from contact_person

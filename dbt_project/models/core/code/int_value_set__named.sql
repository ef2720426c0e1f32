with listed_code as (
    select * from {{ ref('input_value_set_code') }}
),

published_set as (
    select * from {{ ref('value_set') }}
),

our_group as (
    select distinct group_name from {{ ref('icd10_code_group') }}
),

-- a list names its value set by OID, by title or by a canonical URL; a URL of the national library
-- ends with the OID
spelled_set as (
    select distinct
        value_set,
        lower(trim(value_set)) as spelling,
        nullif(
            regexp_extract(
                coalesce(value_set_oid, '') || ' ' || value_set, '[0-9]+([.][0-9]+){5,}'
            ),
            ''
        ) as oid,
        lower(trim(value_set_title)) as title
    from listed_code
),

named_set as (
    select
        spelled_set.value_set,
        coalesce(published_set.group_name, our_group.group_name) as group_name
    from spelled_set
    left join published_set
        on
        spelled_set.oid = published_set.oid
        or lower(published_set.title) in (spelled_set.spelling, spelled_set.title)
    left join our_group on spelled_set.spelling = our_group.group_name
),

named_code as (
    select distinct
        named_set.group_name,
        listed_code.code_system,
        listed_code.code
    from listed_code
    inner join named_set on listed_code.value_set = named_set.value_set
    where named_set.group_name is not null
)

select * from named_code

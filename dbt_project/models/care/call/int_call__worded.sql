{%- set facts = {
    'supervisor': 'supervisor_text',
    'address': 'address',
    'number': 'struck_number',
    'tries': 'try_count_text',
    'channels': 'channel_text',
    'try_number': 'try_number_text',
    'try_time': 'try_time_text',
    'guardian': 'guardian_name',
    'date': 'wrong_number_day',
} -%}

with run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

call as (
    select * from {{ ref('int_call__planned') }}
),

call_step as (
    select * from {{ ref('list_call_step') }}
),

word as (
    select kind, code, word from {{ ref('list_word') }}
),

described_call as (
    select
        call.*,
        coalesce('supervisor ' || call.supervisor_name, {{ list_text('any_supervisor') }})
            as supervisor_text,
        {{ phone_text('call.struck_digits') }} as struck_number,
        cast(call.try_count as {{ dbt.type_string() }}) as try_count_text,
        replace({{ word_text('call.try_channels') }}, ';', ' and ') as channel_text,
        coalesce(try_word.word, more_word.word) as try_number_text,
        {{ clock_text('call.last_try_local') }} as try_time_text,
        {{ date_text('call.wrong_number_date', 'run.as_of_date') }} as wrong_number_day,
        {{ date_text('call.reported_left_date', 'run.as_of_date') }} as reported_day,
        left_word.word as left_word
    from call
    cross join run
    left join word as try_word
        on try_word.kind = 'try_number'
        and try_word.code = cast(call.try_count + 1 as {{ dbt.type_string() }})
    left join word as more_word on more_word.kind = 'try_number' and more_word.code = 'more'
    left join word as left_word on left_word.kind = 'left' and call.reported_left = left_word.code
),

-- rules/tasks-and-lanes.md#contact-person: the person to call, and what to know before
noted_call as (
    select
        *,
        case when is_confidential then {{ list_text('note_confidential') }} end
            as confidential_note,
        case
            when guardian_name is not null and has_guardian
                then {{ filled_text(list_text('note_guardian'), facts) }}
            when has_guardian then {{ list_text('note_any_guardian') }}
            when is_minor and not is_confidential then {{ list_text('note_no_guardian') }}
        end as guardian_note,
        case call_step
            when 'do_not_call' then {{ list_text('note_do_not_call') }}
            when 'no_number' then {{ filled_text(list_text('note_no_number'), facts) }}
            when 'no_address' then {{ list_text('note_no_address') }}
        end as call_note,
        case when coalesce(call_step, '') <> 'do_not_call' and struck_digits is not null
                then {{ filled_text(list_text('note_wrong_number'), facts) }}
        end as wrong_number_note,
        case
            when call_step = 'find_number' then {{ list_text('note_find_number') }}
            when phone is null then null
            when has_guardian and number_kind <> 'guardian_phone'
                then {{ list_text('note_own_phone') }}
            when number_kind = 'phone_2' then {{ list_text('note_phone_2') }}
        end as number_note,
        case when call_step = 'do_not_call'
                then {{ filled_text(list_text('note_supervisor'), facts) }}
        end as supervisor_note,
        {{ filled_text(
            list_text('note_reported'), {'what': 'left_word', 'date': 'reported_day'}
        ) }} as reported_text
    from described_call
),

call_text as (
    select
        call.client_key,
        call.contact_person,
        call.phone,
        call.call_step,
        case when call.has_guardian then coalesce(call.guardian_name, 'the guardian') end
            as guardian_name,
        {{ filled_text('call_step.text', facts) }} as call_text,
        {{ filled_text('call_step.urgent_text', facts) }} as urgent_call_text,
        coalesce(call_step.replaces_call, false) as replaces_call,
        nullif(concat_ws(
            '; ', call.confidential_note, call.guardian_note, call.call_note,
            call.wrong_number_note, call.number_note,
            case when call.reported_left is not null then call.reported_text end
        ), '') as contact_note,
        nullif(concat_ws(
            '; ', call.confidential_note, call.guardian_note, call.call_note, call.supervisor_note,
            call.wrong_number_note, call.number_note,
            case when call.reported_left is not null then call.reported_text end
        ), '') as urgent_contact_note
    from noted_call as call
    left join call_step on call.call_step = call_step.call_step
)

select * from call_text

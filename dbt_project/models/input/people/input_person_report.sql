with person_report as (
    {{ union_of_senders('person_report', [
        'first_name', 'last_name', 'name_suffix', 'birth_date', 'sex', 'phone', 'address',
        'zip_code', 'ssn_last4', 'medicaid_id', 'medicare_id', 'report_sequence',
    ], of_row=false) }}
)

select * from person_report

"""Input parameters of the simulation: frequencies, durations and data-quality defects, each with its source.

Sources: [figures] = rules/published-figures.md#synthetic-agency and the sections above it; [tuned] = set so that the
measured rate comes close to its target in `targets`; [own] = an assumption without a published source. Must not be
here: logic, target rates (`targets`).
"""

from typing import Final

# --- clients ---------------------------------------------------------------------------------------------------------------
AGE_BANDS: Final = (
    (6, 11, 0.08),
    (12, 17, 0.12),
    (18, 29, 0.20),
    (30, 44, 0.26),
    (45, 64, 0.26),
    (65, 85, 0.08),
)  # [figures] 6-85
SMI_OF_ADULTS: Final = 0.5625  # [figures] 45 % of all, adults being 80 %
SUD_OF_ADULTS: Final = 0.415  # [figures] 35 % of all
SUD_OF_TEENS: Final = 0.10  # [own]
SUD_GIVEN_SMI: Final = 0.445  # [figures] 20 % of all have both
SED_OF_YOUTH: Final = 0.75  # [figures] 15 % of all
PART2_PROGRAM_OF_SUD: Final = 0.55  # [own] the others are treated elsewhere or not at all
PART2_WITHOUT_CONSENT: Final = 0.10  # [figures]
HOMELESS: Final = 0.06  # [figures] homeless and unstable together 14 %
UNSTABLE: Final = 0.08  # [figures]
HOUSING_UNKNOWN: Final = 0.04  # [own]
RACE_MISSING: Final = 0.08  # [figures]
PHONE_MISSING: Final = 0.06  # [figures]
FORMULA_NAME: Final = 0.01  # [figures]
MERGED_RECORD: Final = 0.02  # [figures] MRN merges
CONFIDENTIAL_MINOR: Final = 0.03  # [figures] share of all clients
CLAIMS_ONLY: Final = 0.03  # [own] members attributed to the agency without a client record
DUAL: Final = 0.08  # [own]
MEDICARE_ONLY: Final = 0.012  # [own]
UNINSURED: Final = 0.012  # [own]
MEDICAID_ID_MISSING_IN_EHR: Final = 0.01  # [own] their claims do not match a client
COVERAGE_LAPSE: Final = 0.06  # [own]
COVERAGE_REVIEW_DUE: Final = 0.05  # [own] coverage ends within two months of the period's end
NEW_IN_PERIOD: Final = 0.36  # [own] intakes over the two years
DISCHARGED: Final = 0.11  # [own]
INACTIVE: Final = 0.04  # [own]
DEATH_PER_YEAR: Final = 0.006  # [own]
DEATH_IN_HOSPITAL: Final = 0.4  # [own]
DROPOUT: Final = 0.18  # [own] stop attending without notice over the two years (lane 6)
DROPOUT_DISCHARGED: Final = 0.85  # [own] of dropouts: discharged after 60 to 150 days
UNASSIGNED: Final = 0.04  # [own]
CASELOAD_LOW: Final = 25  # rules/published-figures.md#process-levels
CASELOAD_HIGH: Final = 75  # rules/published-figures.md#process-levels

# --- hospital: events per client and year, before readmissions and the removal of overlaps ---------------------------------
PSYCH_STAY: Final = 0.084  # [tuned] 8 % a year have a psychiatric stay
MEDICAL_STAY: Final = 0.066  # [own]
DETOX_STAY_OF_SUD: Final = 0.035  # [own]
MENTAL_ED: Final = 0.103  # [tuned] with the next two: 14 % a year have a behavioral ED visit
SUBSTANCE_ED: Final = 0.054  # [tuned]
SELF_HARM_ED: Final = 0.016  # [own]
MEDICAL_ED: Final = 0.568  # [tuned] any ED 38 % a year
CRISIS_CENTER: Final = 0.030  # [own]
OBSERVATION: Final = 0.010  # [own]
FRAILTY_SHAPE: Final = 0.8  # [own] a smaller value concentrates the events on fewer people
READMITTED_PSYCH: Final = 0.14  # [figures] 15-22 % within 30 days, all causes
READMITTED_MEDICAL: Final = 0.09  # [figures] PCR observed 9.7 %
NONACUTE_AFTER_STAY: Final = (
    0.025  # [own] nursing or residential stays, which exclude a stay from FUH
)
ADMITTED_THROUGH_ED: Final = 0.60  # [own]
SECONDARY_SELF_HARM: Final = 0.03  # [own] psychiatric stays with a secondary self-harm diagnosis
RECENT_DISCHARGE: Final = 0.010  # [own] clients discharged in the last three days, so that a demo's lists have 24-hour calls
UNREVIEWED_ITEM_9: Final = (
    0.007  # [own] clients with an unreviewed positive item 9 in the last two days
)

# --- follow-up after discharge: share with a follow-up in the short and in the long window ---------------------------------
FOLLOW_STAY: Final = (0.42, 0.61)  # [tuned] FUH 38.4 / 58.7
FOLLOW_MENTAL_ED: Final = (0.46, 0.57)  # [tuned] FUM 41.5 / 55.2
FOLLOW_SUBSTANCE_ED: Final = (0.245, 0.33)  # [tuned] FUA adults about 25 / 36
FOLLOW_APPOINTMENT_MISSED: Final = (
    0.6  # [own] of discharges without follow-up: had an appointment and missed it
)
ATTEMPT_24H: Final = 0.88  # [tuned] 80 % of discharges in alerts
CONTACT_24H: Final = 0.61  # [tuned] 45-65 % of discharges in alerts
CONTACT_7D_OF_REST: Final = 0.55  # [own]

# --- appointments ----------------------------------------------------------------------------------------------------------
NO_SHOW: Final = 0.185  # [tuned] 22 % of kept and missed appointments
NO_SHOW_FIRST_PSYCHIATRY: Final = 0.36  # [figures]
LATE_CANCEL: Final = 0.035  # [own]
CLIENT_CANCEL: Final = 0.055  # [own]
CLINIC_CANCEL: Final = 0.030  # [own]
RESCHEDULED: Final = 0.030  # [own]
NO_NEXT_APPOINTMENT: Final = 0.22  # [own] active clients without a future appointment
KEPT_WITHOUT_VISIT: Final = 0.02  # [own] kept appointments without a recorded visit
WALK_IN_PER_YEAR: Final = (
    0.7  # [tuned] visits without appointment; about 20 visits per client over two years
)
CRISIS_VISIT_PER_YEAR: Final = 0.05  # [own]
NOTE_LATE: Final = 0.12  # [own] signed after 72 hours
NOTE_UNSIGNED: Final = 0.001  # [own] never signed
REBOOKED: Final = 0.55  # [own] missed or cancelled appointments with a new one within two weeks
MISS_FOLLOWED_UP: Final = (
    0.70  # [own] missed appointments with an outreach attempt by the next business day
)
TRY_AGAIN_NAMED: Final = 0.45  # [own] attempts with a day for the next one
CALL_AGAIN_NAMED: Final = 0.08  # [own] conversations with a day for the next call
HEARD_OF_STAY: Final = 0.4  # [own] calls during a hospital stay that learn of it
DEATH_REPORTED: Final = 0.6  # [own] deaths that a care manager hears of
DROPOUT_MOVED: Final = 0.2  # [own] dropouts who turn out to have moved away
REPORTED_LATELY: Final = 0.12  # [own] open dropouts: a death or move heard of in the last ten days
WRONG_REPORT_PER_YEAR: Final = 0.003  # [own] per client
REPORT_ANSWERED: Final = 0.8  # [own] by the supervisor within six days
ROUTINE_CONTACT_PER_YEAR: Final = 3.0  # [own]

# --- plans and paperwork ---------------------------------------------------------------------------------------------------
HAS_PLAN: Final = 0.93  # [own]
PLAN_RENEWED_LATE: Final = 0.12  # [own] after the review date
PLAN_MORE_THAN_BOOKED: Final = (
    0.05  # [own] services planned more often than appointments are booked
)
AUTHORIZATION_RENEWED_LATE: Final = 0.2  # [own] after the end
CHART_REVIEW_DAYS: Final = 140  # [own]
CHART_REVIEW_DAYS_CLOSE: Final = 70  # [own] of clients that the team follows closely
CHART_REVIEW_OMITTED: Final = 0.06  # [own]

# --- returned workbooks: only with the option `returned_workbooks` ---------------------------------------------------------
UNREADABLE_ENTRY: Final = 0.04  # [own] rows with an outcome or a time that cannot be read
UNREADABLE_CORRECTED: Final = 0.6  # [own] of these: entered again, correctly, a day later
WORKBOOK_RENAMED: Final = 0.2  # [own] workbooks with a renamed sheet and columns
OLD_REFERRAL_DECIDED: Final = 0.3  # [own] old referrals that a supervisor closes or keeps open
ASSIGNMENT_CHOSEN: Final = 0.3  # [own] clients without a care manager who get one from a supervisor

# --- screening -------------------------------------------------------------------------------------------------------------
PHQ9_DONE: Final = 0.60  # [tuned] planned PHQ-9s that take place
RESPONDER: Final = 0.86  # [tuned] of treatment courses; 40 % of all repeated PHQ-9s show a response
PHQ9_MISSING_ITEM: Final = 0.05  # [figures]
PHQ9_CONTRADICTED: Final = 0.003  # [own] delivered total differs from the sum of the items
DECLINED: Final = 0.015  # [own]
REVIEWED_SAME_DAY: Final = 0.85  # [own] of responses that need a review

# --- referrals -------------------------------------------------------------------------------------------------------------
REFERRALS_PER_YEAR: Final = 0.65  # [own]
LOOP_CLOSED: Final = 0.365  # [tuned] 35 % of referrals old enough to be closed
REFERRAL_STALLED: Final = 0.10  # [own] stalled: no update after the first steps
BARRIER: Final = 0.15  # [own]

# --- claims ----------------------------------------------------------------------------------------------------------------
VISIT_BILLED: Final = 0.96  # [own]
BACKGROUND_CLAIMS_PER_YEAR: Final = 4.8  # [tuned] about 48 claim lines per client over two years
FILLS_DONE: Final = 0.84  # [tuned] SAA 59.8 % with PDC of 0.8
CLAIM_REPLACED: Final = 0.06  # [figures] frequency 7
CLAIM_VOIDED: Final = 0.02  # [figures] frequency 8
VOID_REBILLED: Final = 0.5  # [own] voided, then billed again under a new number
VOID_BEFORE_ORIGINAL: Final = 0.05  # [own] of voids
CLAIM_DENIED: Final = 0.03  # [own]
CLAIM_LATE: Final = 0.10  # [figures] more than 60 days
STAY_DATE_CORRECTED: Final = 0.10  # [own] of replaced stays: the discharge date changes by a day

# --- alerts and deliveries -------------------------------------------------------------------------------------------------
ADT_DUPLICATE: Final = 0.03  # [figures]
ADT_CANCELLED_DISCHARGE: Final = 0.01  # [figures] A13
ADT_CANCELLED_ADMIT: Final = 0.005  # [figures] A11
ADT_UNMATCHED: Final = 0.013  # [tuned] 4 % including alerts without a Medicaid id
ADT_UNCLOSED_ED: Final = 0.01  # [own] no discharge; the exchange closes it after 48 hours
ADT_NO_MEDICAID_ID: Final = (
    0.10  # [own] identified only by the facility's patient number, known from an earlier alert
)
RESENT: Final = 0.02  # [own] rows re-sent unchanged
PHONE_CHANGED: Final = 0.14  # [own] numbers that become wrong within 400 days
SECOND_PHONE: Final = 0.30  # [own]
GUARDIAN_SAME_NAME: Final = 0.7  # [own] guardians with the last name of the client

# --- identity defects: drawn only with the option `identity_dirt` ----------------------------------------------------------
TWIN: Final = 0.03  # [own] adults with a twin who is a client or a member; 3 % of births are twins
DIRT_MEDICAID_ID_MISSING_IN_EHR: Final = 0.03  # [own] in addition to MEDICAID_ID_MISSING_IN_EHR
DIRT_MEDICAID_ID_MISSING_IN_ADT: Final = (
    0.10  # [own] hospital visits registered without a Medicaid id
)
DIRT_NAME_TYPED_WRONG: Final = 0.02  # [own] per name and visit or member: two letters transposed
DIRT_NAME_IN_FULL: Final = 0.15  # [own] full name instead of the client's short form
DIRT_BIRTH_DATE: Final = 0.005  # [own] day and month swapped, or ten days off
DIRT_MOVED: Final = (
    0.12  # [own] members with another address at the payer; one in eight people moves in a year
)
DIRT_PHONE: Final = 0.20  # [own] members without a phone number at the payer

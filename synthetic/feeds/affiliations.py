"""Enrollment, assignment, intake, diagnosis and consent rows of `ehr`.

Must not be here: services, hospital and payer data.
"""

import numpy as np
import polars as pl

from synthetic import codes, rates
from synthetic.draw import Draw, label, numbered
from synthetic.feeds.identity import AGENCY_ID, client_id, first_contact_day
from synthetic.landing import Reveal, Rows
from synthetic.organization import (
    COORDINATION,
    MEDICATION,
    OUTPATIENT,
    PROGRAM_IDS,
    PSYCHIATRY,
    RECOVERY,
    YOUTH,
    Organization,
    manager_id,
)
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period, dates, timestamp


def enrollment_rows(people: People, period: Period) -> Rows:
    """Rows of ehr.program_enrollment."""
    own, youth = people.is_client, people.age < 18
    medicated = (
        people.in_part2
        & np.isin(people.substance, (codes.OPIOID, codes.ALCOHOL))
        & (people.number % 2 == 0)
    )
    belongs = (
        (OUTPATIENT, own & ~youth),
        (YOUTH, own & youth),
        (PSYCHIATRY, own & (people.is_smi | (people.number % 3 == 0))),
        (COORDINATION, own & (people.is_smi | (people.number % 5 < 2))),
        (RECOVERY, people.in_part2),
        (MEDICATION, medicated),
    )
    who = np.concatenate([np.flatnonzero(rows) for _, rows in belongs])
    program = np.concatenate([np.full(int(rows.sum()), index) for index, rows in belongs])
    leaves = np.minimum(people.leaves_day[who], NEVER)
    left = leaves * DAY < period.t1
    frame = pl.DataFrame(
        {
            "enrollment_id": numbered("en", people.number[who] * 10 + program, 7),
            "client_id": client_id(people.number[who]),
            "program_id": label(PROGRAM_IDS, program),
            "start_date": dates(people.start_day[who] + program),
            "end_date": dates(
                np.where(left, np.maximum(leaves, people.start_day[who] + program), NEVER)
            ),
            "end_reason": label(("discharged",), np.where(left, 0, -1)),
        }
    )
    known = (people.start_day[who] + program) * DAY + 10 * HOUR
    return Rows(
        "program_enrollment",
        frame,
        known,
        (
            Reveal(
                np.where(left, leaves * DAY + 12 * HOUR, NEVER),
                {"end_date": None, "end_reason": None},
            ),
        ),
    )


def assignment_rows(
    people: People, agency: Organization, period: Period, seed: int, chunk: int
) -> Rows:
    """Rows of ehr.assignment: current and earlier care managers, and therapists."""
    draw = Draw(seed, "assignment.rows", chunk)
    n = len(people)
    manager, last_day = agency.manager[people.number], period.t1 // DAY
    owned = np.flatnonzero(people.is_client & (manager >= 0))
    begin, left = people.start_day + 3, np.minimum(people.leaves_day, NEVER)
    handed_over = draw.chance(0.12, n) & (begin < last_day - 200)
    handover = np.where(
        handed_over, np.maximum(draw.integers(last_day - 180, last_day - 20, n), begin + 30), begin
    )
    left = np.where(left < NEVER, np.maximum(left, handover), NEVER)
    before = owned[handed_over[owned]]
    treated = np.flatnonzero(people.is_client & draw.chance(0.6, n))
    managers = max(len(agency.manager_site), 1)
    parts = (
        (owned, manager_id(manager[owned]), "care_manager", handover[owned], left[owned]),
        (
            before,
            manager_id((manager[before] + 1) % managers),
            "care_manager",
            begin[before],
            handover[before] - 1,
        ),
        (
            treated,
            numbered("th-", people.number[treated] % agency.therapists + 1, 4),
            "therapist",
            begin[treated],
            left[treated],
        ),
    )
    frames, known, ends = [], [], []
    for kind, (who, staff, role, start, end) in enumerate(parts):
        over = end < last_day
        frames.append(
            pl.DataFrame(
                {
                    "assignment_id": numbered("as", people.number[who] * 10 + kind, 7),
                    "client_id": client_id(people.number[who]),
                    "staff_id": staff,
                    "role": label((role,), np.zeros(len(who))),
                    "start_date": dates(start),
                    "end_date": dates(np.where(over, np.maximum(end, start), NEVER)),
                }
            )
        )
        known.append(start * DAY + 8 * HOUR)
        ends.append(np.where(over, end * DAY + 8 * HOUR, NEVER))
    return Rows(
        "assignment",
        pl.concat(frames),
        np.concatenate(known),
        (Reveal(np.concatenate(ends), {"end_date": None}),),
        full=(-2,),
    )


def intake_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of ehr.intake for new clients: first contact, initial evaluation, first service."""
    draw = Draw(seed, "intake.rows", chunk)
    who = np.flatnonzero(people.is_client & (people.start_day >= period.t0 // DAY))
    n = len(who)
    contact = first_contact_day(people, period)[who] * DAY + draw.integers(9 * 60, 16 * 60, n) * 60
    evaluated = people.start_day[who] * DAY + draw.integers(9 * 60, 16 * 60, n) * 60
    served = evaluated + draw.integers(0, 14, n) * DAY + 2 * HOUR
    frame = pl.DataFrame(
        {
            "intake_id": numbered("in", people.number[who] + 1, 7),
            "client_id": client_id(people.number[who]),
            "first_contact_at": timestamp(contact),
            "channel": label(("phone", "web", "walk_in"), draw.pick([0.6, 0.2, 0.2], n)),
            "urgency": label(("routine", "urgent", "crisis"), draw.pick([0.82, 0.14, 0.04], n)),
            "initial_evaluation_at": timestamp(np.where(evaluated < period.t1, evaluated, NEVER)),
            "first_service_at": timestamp(np.where(served < period.t1, served, NEVER)),
        }
    )
    return Rows(
        "intake",
        frame,
        contact,
        (
            Reveal(
                np.where(evaluated < period.t1, evaluated, NEVER), {"initial_evaluation_at": None}
            ),
            Reveal(np.where(served < period.t1, served, NEVER), {"first_service_at": None}),
        ),
    )


def diagnosis_rows(people: People, seed: int, chunk: int) -> Rows:
    """Rows of ehr.diagnosis: the primary diagnosis, substance use, medical conditions, and some refuted diagnoses."""
    draw = Draw(seed, "diagnosis.rows", chunk)
    own, n = people.is_client, len(people)
    substance = np.array([codes.INDEX[code] for code in codes.SUBSTANCES])[
        np.maximum(people.substance, 0)
    ]
    parts = (
        (own, people.diagnosis, OUTPATIENT, 0),
        (own & (people.substance >= 0) & (people.group != codes.SUBSTANCE), substance, -1, 0),
        (own & people.has_diabetes, np.full(n, codes.INDEX["E11.9"]), OUTPATIENT, 0),
        (own & people.has_hypertension, np.full(n, codes.INDEX["I10"]), OUTPATIENT, 0),
        (
            own & draw.chance(0.12, n) & (people.group != codes.ANXIETY),
            np.full(n, codes.INDEX["F41.9"]),
            OUTPATIENT,
            0,
        ),
        (
            own & draw.chance(0.02, n) & ~people.is_smi,
            np.full(n, codes.INDEX["F20.9"]),
            OUTPATIENT,
            3,
        ),
    )
    who = np.concatenate([np.flatnonzero(rows) for rows, _, _, _ in parts])
    kind = np.concatenate(
        [np.full(int(rows.sum()), index) for index, (rows, _, _, _) in enumerate(parts)]
    )
    code = np.concatenate([code[rows] for rows, code, _, _ in parts])
    program = np.array([program for _, _, program, _ in parts])[kind]
    program = np.where(program < 0, np.where(people.in_part2[who], RECOVERY, OUTPATIENT), program)
    verified = np.array([state for _, _, _, state in parts])[kind]
    recorded = people.start_day[who] * DAY + 11 * HOUR
    frame = pl.DataFrame(
        {
            "diagnosis_id": numbered("dx", people.number[who] * 10 + kind, 7),
            "client_id": client_id(people.number[who]),
            "code_system": label(("icd10cm",), np.zeros(len(who))),
            "code": label(codes.ALL, code),
            "onset_date": dates(
                people.start_day[who] - draw.integers(0, 900, len(who)) * (kind < 4)
            ),
            "end_date": dates(np.full(len(who), NEVER)),
            "verification_status": label(
                ("confirmed", "provisional", "differential", "refuted"), verified
            ),
            "is_primary": kind == 0,
            "program_id": label(PROGRAM_IDS, program),
            "recorded_at": timestamp(recorded),
        }
    )
    return Rows("diagnosis", frame, recorded)


def consent_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of ehr.consent: most Part 2 clients, some revoked or expired, and 30% of the others."""
    draw = Draw(seed, "consent.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    part2 = people.in_part2 & ~draw.chance(rates.PART2_WITHOUT_CONSENT, n)
    who = np.flatnonzero(part2 | (people.is_client & ~people.in_part2 & draw.chance(0.3, n)))
    n = len(who)
    recipient = np.where(part2[who], draw.pick([0.45, 0.40, 0.15], n), 0)
    start = people.start_day[who] + draw.integers(0, 20, n)
    state = np.where(start < last_day - 60, draw.pick([0.91, 0.05, 0.04], n), 0)
    revoked = np.where(
        state == 1,
        draw.integers(np.minimum(start + 10, last_day - 3), last_day - 2, n) * DAY + 10 * HOUR,
        NEVER,
    )
    end = np.where(
        state == 2,
        last_day - draw.integers(1, 50, n),
        np.where(draw.chance(0.5, n), np.maximum(start, last_day) + 365, NEVER),
    )
    frame = pl.DataFrame(
        {
            "consent_id": numbered("cs", people.number[who] + 1, 7),
            "client_id": client_id(people.number[who]),
            "recipient_type": label(("any_treating", "organization", "program"), recipient),
            "recipient_id": label((None, AGENCY_ID, PROGRAM_IDS[COORDINATION]), recipient),
            "purpose": label(("tpo", "treatment"), draw.pick([0.8, 0.2], n)),
            "scope": label(("all_records", "part2"), np.where(recipient == 0, 0, 1)),
            "program_id": label(
                (PROGRAM_IDS[RECOVERY],),
                np.where((recipient == 1) & (people.number[who] % 5 == 0), 0, -1),
            ),
            "start_date": dates(start),
            "end_date": dates(end),
            "revoked_at": timestamp(revoked),
        }
    )
    return Rows("consent", frame, start * DAY + 12 * HOUR, (Reveal(revoked, {"revoked_at": None}),))

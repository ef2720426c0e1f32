"""Service rows of `ehr`: appointments, visits, treatment plans, authorizations, documents.

Must not be here: the simulated events (`care`, `hospital`, `screenings`).
"""

import numpy as np
import polars as pl

from synthetic import care, codes, hospital, rates
from synthetic.draw import Array, Draw, Table, label, numbered, repeat
from synthetic.feeds.identity import recorded_id, sequence
from synthetic.landing import Reveal, Rows
from synthetic.orders import Orders
from synthetic.organization import (
    COORDINATION,
    OUTPATIENT,
    PROGRAM_IDS,
    PSYCHIATRY,
    RECOVERY,
    Organization,
    manager_id,
    service_taxonomy,
)
from synthetic.people import HOMELESS, UNSTABLE, People
from synthetic.timeline import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    Period,
    dates,
    timestamp,
    to_weekday,
)

STAFF_OF_LINE = ("th-", "md-", "cm-", "th-", "md-", "md-", "pe-", "th-", "th-")
DOCUMENTS = (
    "safety_plan",
    "relapse_prevention_plan",
    "chart_review",
    "psychiatric_consult",
    "initial_evaluation",
    "discharge_instructions",
    "team_notification",
    "pcp_notification",
    "tier_override",
)


def staff_of(people: People, person: Array, line: Array, agency: Organization) -> pl.Series:
    """Staff id for a client and service line; it never changes."""
    number = people.number[person]
    managers = max(len(agency.manager_site), 1)
    own = np.where(agency.manager[number] >= 0, agency.manager[number], number % managers)
    size = np.array(
        [
            agency.therapists,
            agency.psychiatrists,
            managers,
            agency.therapists,
            agency.psychiatrists,
            agency.psychiatrists,
            agency.peers,
            agency.therapists,
            agency.therapists,
        ]
    )[line]
    index = np.where(line == codes.CASE_MANAGEMENT, own, number % size)
    return label(STAFF_OF_LINE, line) + numbered("", index + 1, 4)


def appointment_rows(
    appointments: Table, people: People, agency: Organization, period: Period
) -> Rows:
    """Rows of ehr.appointment: delivered as scheduled, and again with their final status."""
    person, line, status = appointments["person"], appointments["line"], appointments["status"]
    ids = sequence("a", people, person)
    moved_to = appointments["moved_to"]
    settled = np.where(status == care.SCHEDULED, NEVER, appointments["status_at"])
    frame = pl.DataFrame(
        {
            "appointment_id": ids,
            "client_id": recorded_id(people, person, appointments["created"], period),
            "scheduled_at": timestamp(appointments["at"]),
            "duration_minutes": np.array(codes.SERVICE_MINUTES)[line],
            "service_line": label(codes.SERVICE_LINES, line),
            "procedure_code": label(codes.SERVICE_PROCEDURE, line),
            "provider_id": staff_of(people, person, line, agency),
            "program_id": label(PROGRAM_IDS, appointments["program"]),
            "site_id": numbered("site-", people.site[person] + 1, 2),
            "status": label(care.STATUSES, status),
            "status_at": timestamp(appointments["status_at"]),
            "rescheduled_to_appointment_id": ids.gather(np.maximum(moved_to, 0)).set(
                pl.Series(moved_to < 0), None
            ),
            "created_at": timestamp(appointments["created"]),
            "modality": label(codes.MODALITIES, appointments["modality"]),
        }
    )
    before = {
        "status": "scheduled",
        "status_at": timestamp(appointments["created"]),
        "rescheduled_to_appointment_id": None,
    }
    return Rows("appointment", frame, appointments["created"], (Reveal(settled, before),))


def visit_rows(
    visits: Table, care_given: care.Care, people: People, agency: Organization, period: Period
) -> Rows:
    """Rows of ehr.visit; notes are signed later, and a few visits are deleted as entered in error."""
    person, line, appointment = visits["person"], visits["line"], visits["appointment"]
    appointment_ids = sequence("a", people, care_given.appointments["person"])
    modality, number = visits["modality"], np.arange(len(person))
    signed = np.where(visits["signed"] < period.t1, visits["signed"], NEVER)
    deleted = (people.number[person] * 31 + visits["start"] // DAY) % 500 == 0
    deleted &= visits["appointment"] < 0
    frame = pl.DataFrame(
        {
            "visit_id": sequence("v", people, person),
            "client_id": recorded_id(people, person, visits["start"], period),
            "appointment_id": appointment_ids.gather(np.maximum(appointment, 0)).set(
                pl.Series(appointment < 0), None
            )
            if len(appointment_ids)
            else label((), np.full(len(person), -1)),
            "started_at": timestamp(visits["start"]),
            "ended_at": timestamp(visits["end"]),
            "service_line": label(codes.SERVICE_LINES, line),
            "procedure_code": label(codes.SERVICE_PROCEDURE, line),
            "procedure_modifier_1": label(codes.MODALITY_MODIFIER, modality),
            "place_of_service_code": label(codes.MODALITY_PLACE, modality),
            "provider_id": staff_of(people, person, line, agency),
            "provider_taxonomy_code": service_taxonomy(line),
            "program_id": label(PROGRAM_IDS, visits["program"]),
            "site_id": numbered("site-", people.site[person] + 1, 2),
            "diagnosis_code_1": label(codes.ALL, visits["dx"]),
            "diagnosis_code_2": label(codes.ALL, visits["dx_2"]),
            "note_signed_at": timestamp(signed),
            "goal_id": label(("G1", "G2"), np.where(number % 7 == 0, -1, line % 2)),
            "is_crisis": line == codes.CRISIS,
            "is_deleted": deleted,
        }
    )
    gone = np.where(deleted, visits["end"] + 3 * DAY, NEVER)
    return Rows(
        "visit",
        frame,
        visits["end"],
        (
            Reveal(signed, {"note_signed_at": None}),
            Reveal(gone, {"is_deleted": False}),
        ),
    )


def plan_rows(
    people: People, orders: Orders, period: Period, seed: int, chunk: int
) -> tuple[Rows, Rows]:
    """Rows of ehr.treatment_plan, renewed about every six months, and of ehr.treatment_plan_service.

    Most plans are renewed in the weeks before their review date, some after it. The services are the client's orders.
    """
    draw = Draw(seed, "plan.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    member = np.flatnonzero(people.is_client & draw.chance(rates.HAS_PLAN, n))
    begin = np.maximum(
        people.start_day[member] + 14, period.t0 // DAY - draw.integers(0, 150, len(member))
    )
    until = np.minimum(people.engaged_until[member], last_day)
    owner, turn = repeat(np.maximum((until - begin) // 182 + 1, 0))
    who = member[owner]
    due = begin[owner] + turn * 182
    is_late = draw.chance(rates.PLAN_RENEWED_LATE, len(owner))
    early = np.where(is_late, draw.integers(1, 40, len(owner)), draw.integers(-28, 0, len(owner)))
    start = due + np.where(turn > 0, early, 0)
    is_last = np.r_[owner[1:] != owner[:-1], True] if len(owner) else np.zeros(0, dtype=bool)
    following = np.where(is_last, NEVER, np.r_[start[1:], NEVER] if len(start) else start)
    left = np.minimum(people.leaves_day[who], NEVER)
    ended = np.where(np.minimum(following, left) < last_day, np.minimum(following, left), NEVER)
    signed = start * DAY + draw.integers(2, 150, len(who)) * HOUR
    signed = np.where((signed < period.t1) & ~draw.chance(0.02, len(who)), signed, NEVER)
    ids = sequence("tp", people, who)
    frame = pl.DataFrame(
        {
            "plan_id": ids,
            "client_id": numbered("C", people.number[who] + 1, 6),
            "program_id": label(
                PROGRAM_IDS, np.where(people.in_part2[who] & (turn % 2 == 1), RECOVERY, OUTPATIENT)
            ),
            "start_date": dates(start),
            "next_review_date": dates(due + 182),
            "signed_at": timestamp(signed),
            "status": label(
                ("draft", "active", "ended"), np.select([ended < NEVER, signed >= NEVER], [2, 0], 1)
            ),
        }
    )
    known = start * DAY + HOUR
    before = label(("draft", "active"), np.where(signed < NEVER, 1, 0))
    plans = Rows(
        "treatment_plan",
        frame,
        known,
        (
            Reveal(np.where(ended < NEVER, ended * DAY + HOUR, NEVER), {"status": before}),
            Reveal(signed, {"signed_at": None, "status": "draft"}),
        ),
    )
    count = np.bincount(orders.person, minlength=n)
    first = np.cumsum(count) - count
    plan, which = repeat(count[who])
    order = first[who[plan]] + which
    interval = orders.planned_interval[order]
    services = pl.DataFrame(
        {
            "plan_id": ids.gather(plan),
            "service_line": label(codes.SERVICE_LINES, orders.line[order]),
            "goal_id": label(("G1", "G2"), which % 2),
            "planned_units": 182 // interval,
            "interval_days": interval,
        }
    )
    return plans, Rows("treatment_plan_service", services, known[plan])


def authorization_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of ehr.authorization: six-month authorizations, some near their unit limit, most renewed before their end."""
    draw = Draw(seed, "authorization.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    who = np.flatnonzero(people.is_client & (people.leaves_day >= last_day) & draw.chance(0.3, n))
    start = last_day - draw.integers(2, 240, len(who))
    approved = draw.integers(8, 40, len(who))
    used = np.minimum(approved, (approved * draw.uniform(0.1, 1.1, len(who))).astype(np.int64))
    line = draw.pick([0.6, 0.3, 0.1], len(who))
    # The payer approves the next six months some weeks before the end, or late.
    renewals = Draw(seed, "authorization.renewed", chunk)
    late = renewals.chance(rates.AUTHORIZATION_RENEWED_LATE, len(who))
    lead = np.where(late, renewals.integers(-40, -1, len(who)), renewals.integers(10, 28, len(who)))
    approved_day = start + 182 - lead
    again = np.flatnonzero(approved_day < last_day)
    row = np.concatenate([np.arange(len(who)), again])
    is_renewal = np.arange(len(row)) >= len(who)
    start = start[row] + np.where(is_renewal, 183, 0)
    frame = pl.DataFrame(
        {
            "authorization_id": numbered("au", people.number[who[row]] + 1, 7)
            + label(("", "-2"), is_renewal.astype(np.int64)),
            "client_id": numbered("C", people.number[who[row]] + 1, 6),
            "payer": label(("Harbor Health Plan", "Summit Care"), people.payer[who[row]]),
            "service_line": label(codes.SERVICE_LINES, line[row]),
            "start_date": dates(start),
            "end_date": dates(start + 182),
            "units_approved": approved[row],
            "units_used": np.where(is_renewal, 0, used[row]),
        }
    )
    return Rows("authorization", frame, np.where(is_renewal, approved_day[row], start) * DAY)


def document_rows(
    people: People,
    episodes: Table,
    responses: Table,
    agency: Organization,
    period: Period,
    seed: int,
    chunk: int,
) -> Rows:
    """Rows of ehr.document: after stays, after a positive item 9, for new clients, and periodic reviews."""
    draw = Draw(seed, "document.rows", chunk)
    last_day = period.t1 // DAY
    own = np.flatnonzero(people.is_client)
    engaged = np.clip(
        (
            np.minimum(people.engaged_until, last_day) * DAY
            - np.maximum(people.start_day * DAY, period.t0)
        )
        / DAY,
        0,
        None,
    )
    left = np.flatnonzero(
        (episodes["end"] < period.t1)
        & np.isin(episodes["kind"], (hospital.PSYCH_STAY, hospital.MEDICAL_STAY))
    )
    psych = left[episodes["kind"][left] == hospital.PSYCH_STAY]
    item_9 = np.flatnonzero(responses["items"][:, 8] >= 1)
    parts = []

    def add(kind: int, person: Array, clock: Array, share: float) -> None:
        rows = np.flatnonzero(draw.chance(share, len(person)))
        parts.append((person[rows], clock[rows], np.full(len(rows), kind)))

    def after(rows: Array, most_days: int) -> Array:
        return episodes["end"][rows] + draw.integers(2, most_days * 24, len(rows)) * HOUR

    def some_day(person: Array) -> Array:
        first = np.maximum(people.start_day[person] * DAY, period.t0)
        return (first + draw.rng.random(len(person)) * engaged[person] * DAY).astype(np.int64)

    add(0, episodes["person"][psych], after(psych, 8), 0.6)
    add(0, responses["person"][item_9], responses["at"][item_9] + 2 * HOUR, 0.45)
    for kind, most_days, share in ((5, 2, 0.7), (6, 1, 0.6), (7, 5, 0.4)):
        add(kind, episodes["person"][left], after(left, most_days), share)
    newcomers = own[people.start_day[own] >= period.t0 // DAY]
    add(4, newcomers, people.start_day[newcomers] * DAY + 12 * HOUR, 0.95)
    for kind, yearly in ((3, 0.15), (1, 0.05), (8, 0.02)):
        person = np.repeat(own, draw.rng.poisson(yearly * engaged[own] / 365.25))
        add(kind, person, some_day(person), 1.0)
    reviewed = _chart_reviews(people, episodes, period, seed, chunk)
    parts.append((*reviewed, np.full(len(reviewed[0]), 2)))
    person, clock, kind = (np.concatenate([part[index] for part in parts]) for index in range(3))
    served = (
        people.is_client[person] & (clock < period.t1) & (clock >= people.start_day[person] * DAY)
    )
    served &= clock < people.leaves_day[person] * DAY
    order = np.flatnonzero(served)
    order = order[np.lexsort((kind[order], clock[order], person[order]))]
    person, clock, kind = person[order], clock[order], kind[order]
    override = kind == 8
    managers = max(len(agency.manager_site), 1)
    frame = pl.DataFrame(
        {
            "document_id": sequence("d", people, person),
            "client_id": numbered("C", people.number[person] + 1, 6),
            "document_type": label(DOCUMENTS, kind),
            "document_at": timestamp(clock),
            "author_id": manager_id(
                np.where(
                    agency.manager[people.number[person]] >= 0,
                    agency.manager[people.number[person]],
                    person % managers,
                )
            ),
            "value": label(("down", "up"), np.where(override, person % 2, -1)),
            "reason": label(
                ("known to the team", "recent loss"), np.where(override, person % 2, -1)
            ),
            "expires_date": dates(np.where(override, clock // DAY + 60, NEVER)),
            "program_id": label(
                PROGRAM_IDS,
                np.select(
                    [np.isin(kind, (2, 5, 6, 7)), kind == 3], [COORDINATION, PSYCHIATRY], OUTPATIENT
                ),
            ),
        }
    )
    return Rows("document", frame, clock)


def _chart_reviews(
    people: People, episodes: Table, period: Period, seed: int, chunk: int
) -> tuple[Array, Array]:
    """Person and clock of chart reviews: regular ones, more often where the team follows closely, and after stays.

    The team follows closely those with a serious mental illness and without stable housing, and those who were in a
    psychiatric hospital in the period.
    """
    draw = Draw(seed, "chart_review.rows", chunk)
    first_day, last_day = period.t0 // DAY, period.t1 // DAY
    own = np.flatnonzero(people.is_client)
    stay = (episodes["kind"] == hospital.PSYCH_STAY) & (episodes["end"] < period.t1)
    was_in_hospital = np.isin(own, episodes["person"][stay])
    unstable = np.isin(people.housing[own], (UNSTABLE, HOMELESS))
    closely = was_in_hospital | unstable | (people.is_smi[own] & draw.chance(0.3, len(own)))
    every = np.where(closely, rates.CHART_REVIEW_DAYS_CLOSE, rates.CHART_REVIEW_DAYS)
    begin = np.maximum(people.start_day[own], first_day) + draw.integers(10, every, len(own))
    until = np.minimum(people.engaged_until[own], last_day)
    turn_of, turn = repeat(np.maximum((until - begin) // every + 1, 0))
    day = begin[turn_of] + turn * every[turn_of] + draw.integers(-10, 10, len(turn))
    held = ~draw.chance(rates.CHART_REVIEW_OMITTED, len(turn))
    after = np.flatnonzero(stay & draw.chance(0.6, len(stay)))
    person = np.concatenate([own[turn_of][held], episodes["person"][after]])
    day = np.concatenate(
        [day[held], episodes["end"][after] // DAY + draw.integers(5, 20, len(after))]
    )
    return person, to_weekday(day * DAY) + draw.integers(9 * 60, 16 * 60, len(day)) * MINUTE

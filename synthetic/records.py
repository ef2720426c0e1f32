"""Rows of the agency's record about services: appointments, visits, plans, documents, authorizations; and of `referrals`.

Must not be here: what happened (`care`, `hospital`, `screenings`); only how the record system writes it, and what it adds.
"""

import numpy as np
import polars as pl

from synthetic import care, codes, hospital, rates, words
from synthetic.clients import recorded_id, sequence
from synthetic.draw import Array, Draw, Table, label, numbered, repeat
from synthetic.landing import Reveal, Rows
from synthetic.organization import COORDINATION, MEDICATION, OUTPATIENT, PROGRAM_IDS, PSYCHIATRY, RECOVERY, Organization, manager_id, service_taxonomy
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period, dates, moment

STAFF_OF_LINE = ("th-", "md-", "cm-", "th-", "md-", "md-", "pe-", "th-", "th-")
DOCUMENTS = (
    "safety_plan", "relapse_prevention_plan", "chart_review", "psychiatric_consult", "initial_evaluation",
    "discharge_instructions", "team_notification", "pcp_notification", "tier_override",
)
REFERRAL_DOMAINS = (
    ("behavioral_health", 0.14), ("medical", 0.24), ("substance_use", 0.10), ("housing", 0.14), ("benefits", 0.08),
    ("employment", 0.07), ("peer", 0.07), ("legal", 0.03), ("food", 0.06), ("transportation", 0.06), ("other", 0.01),
)
CLOSE_REASONS = ("attended", "declined_by_client", "declined_by_provider", "unable_to_reach", "ineligible", "duplicate", "other")
BARRIERS = ("transportation", "insurance", "documentation", "language", "waitlist", "other")


def staff_of(people: People, person: Array, line: Array, agency: Organization) -> pl.Series:
    """Who serves a client in a service line: always the same person."""
    number = people.number[person]
    managers = max(len(agency.manager_site), 1)
    own = np.where(agency.manager[number] >= 0, agency.manager[number], number % managers)
    size = np.array([agency.therapists, agency.psychiatrists, managers, agency.therapists, agency.psychiatrists,
                     agency.psychiatrists, agency.peers, agency.therapists, agency.therapists])[line]
    index = np.where(line == codes.CASE_MANAGEMENT, own, number % size)
    return label(STAFF_OF_LINE, line) + numbered("", index + 1, 4)


def appointment_rows(appointments: Table, people: People, agency: Organization, period: Period) -> Rows:
    """Rows of ehr.appointment: scheduled first, with their outcome later."""
    person, line, status = appointments["person"], appointments["line"], appointments["status"]
    ids = sequence("a", people, person)
    moved_to = appointments["moved_to"]
    settled = np.where(status == care.SCHEDULED, NEVER, appointments["status_at"])
    frame = pl.DataFrame({
        "appointment_id": ids,
        "client_id": recorded_id(people, person, appointments["created"], period),
        "scheduled_at": moment(appointments["at"]),
        "duration_minutes": np.array(codes.SERVICE_MINUTES)[line],
        "service_line": label(codes.SERVICE_LINES, line),
        "procedure_code": label(codes.SERVICE_PROCEDURE, line),
        "provider_id": staff_of(people, person, line, agency),
        "program_id": label(PROGRAM_IDS, appointments["program"]),
        "site_id": numbered("site-", people.site[person] + 1, 2),
        "status": label(care.STATUSES, status),
        "status_at": moment(appointments["status_at"]),
        "rescheduled_to_appointment_id": ids.gather(np.maximum(moved_to, 0)).set(pl.Series(moved_to < 0), None),
        "created_at": moment(appointments["created"]),
        "modality": label(codes.MODALITIES, appointments["modality"]),
    })
    before = {"status": "scheduled", "status_at": moment(appointments["created"]), "rescheduled_to_appointment_id": None}
    return Rows("appointment", frame, appointments["created"], (Reveal(settled, before),))


def visit_rows(visits: Table, care_given: care.Care, people: People, agency: Organization, period: Period) -> Rows:
    """Rows of ehr.visit: notes are signed later; a few visits are withdrawn as entered in error."""
    person, line, appointment = visits["person"], visits["line"], visits["appointment"]
    appointment_ids = sequence("a", people, care_given.appointments["person"])
    modality, number = visits["modality"], np.arange(len(person))
    signed = np.where(visits["signed"] < period.t1, visits["signed"], NEVER)
    withdrawn = (people.number[person] * 31 + visits["start"] // DAY) % 500 == 0
    withdrawn &= visits["appointment"] < 0
    frame = pl.DataFrame({
        "visit_id": sequence("v", people, person),
        "client_id": recorded_id(people, person, visits["start"], period),
        "appointment_id": appointment_ids.gather(np.maximum(appointment, 0)).set(pl.Series(appointment < 0), None)
        if len(appointment_ids) else label((), np.full(len(person), -1)),
        "started_at": moment(visits["start"]),
        "ended_at": moment(visits["end"]),
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
        "note_signed_at": moment(signed),
        "goal_id": label(("G1", "G2"), np.where(number % 7 == 0, -1, line % 2)),
        "is_crisis": line == codes.CRISIS,
        "is_deleted": withdrawn,
    })
    gone = np.where(withdrawn, visits["end"] + 3 * DAY, NEVER)
    return Rows("visit", frame, visits["end"], (
        Reveal(signed, {"note_signed_at": None}), Reveal(gone, {"is_deleted": False}),
    ))


def plan_rows(people: People, period: Period, seed: int, chunk: int) -> tuple[Rows, Rows]:
    """Rows of ehr.treatment_plan, renewed about every six months, and of ehr.treatment_plan_service."""
    draw = Draw(seed, "plan.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    member = np.flatnonzero(people.is_client & draw.chance(0.85, n))
    begin = np.maximum(people.start_day[member] + 14, period.t0 // DAY - draw.whole(0, 150, len(member)))
    until = np.minimum(people.engaged_until[member], last_day)
    owner, turn = repeat(np.maximum((until - begin) // 182 + 1, 0))
    who = member[owner]
    start = begin[owner] + turn * 182 + np.where(turn > 0, draw.whole(-10, 25, len(owner)), 0)
    is_last = np.r_[owner[1:] != owner[:-1], True] if len(owner) else np.zeros(0, dtype=bool)
    following = np.where(is_last, NEVER, np.r_[start[1:], NEVER] if len(start) else start)
    left = np.minimum(people.leaves_day[who], NEVER)
    ended = np.where(np.minimum(following, left) < last_day, np.minimum(following, left), NEVER)
    signed = start * DAY + draw.whole(2, 150, len(who)) * HOUR
    signed = np.where((signed < period.t1) & ~draw.chance(0.02, len(who)), signed, NEVER)
    ids = sequence("tp", people, who)
    frame = pl.DataFrame({
        "plan_id": ids,
        "client_id": numbered("C", people.number[who] + 1, 6),
        "program_id": label(PROGRAM_IDS, np.where(people.in_part2[who] & (turn % 2 == 1), RECOVERY, OUTPATIENT)),
        "start_date": dates(start),
        "next_review_date": dates(start + 182),
        "signed_at": moment(signed),
        "status": label(("draft", "active", "ended"), np.select([ended < NEVER, signed >= NEVER], [2, 0], 1)),
    })
    known = start * DAY + HOUR
    before = label(("draft", "active"), np.where(signed < NEVER, 1, 0))
    plans = Rows("treatment_plan", frame, known, (
        Reveal(np.where(ended < NEVER, ended * DAY + HOUR, NEVER), {"status": before}),
        Reveal(signed, {"signed_at": None, "status": "draft"}),
    ))
    lines = np.array([codes.THERAPY, codes.PSYCHIATRY, codes.CASE_MANAGEMENT])
    plan, which = repeat(np.where(people.is_smi[who], 3, 2))
    interval = np.array([14, 60, 30])[which]
    services = pl.DataFrame({
        "plan_id": ids.gather(plan),
        "service_line": label(codes.SERVICE_LINES, lines[which]),
        "goal_id": label(("G1", "G2"), which % 2),
        "planned_units": 182 // interval,
        "interval_days": interval,
    })
    return plans, Rows("treatment_plan_service", services, known[plan])


def authorization_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of ehr.authorization: half-year permissions, some about to end or to run out of units."""
    draw = Draw(seed, "authorization.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    who = np.flatnonzero(people.is_client & (people.leaves_day >= last_day) & draw.chance(0.3, n))
    start = last_day - draw.whole(2, 240, len(who))
    approved = draw.whole(8, 40, len(who))
    frame = pl.DataFrame({
        "authorization_id": numbered("au", people.number[who] + 1, 7),
        "client_id": numbered("C", people.number[who] + 1, 6),
        "payer": label(("Harbor Health Plan", "Summit Care"), people.payer[who]),
        "service_line": label(codes.SERVICE_LINES, draw.pick([0.6, 0.3, 0.1], len(who))),
        "start_date": dates(start),
        "end_date": dates(start + 182),
        "units_approved": approved,
        "units_used": np.minimum(approved, (approved * draw.uniform(0.1, 1.1, len(who))).astype(np.int64)),
    })
    return Rows("authorization", frame, start * DAY)


def document_rows(
    people: People, episodes: Table, responses: Table, agency: Organization, period: Period, seed: int, chunk: int
) -> Rows:
    """Rows of ehr.document: what follows stays, positive item 9 and newcomers, and the yearly round of reviews."""
    draw = Draw(seed, "document.rows", chunk)
    n, last_day = len(people), period.t1 // DAY
    own = np.flatnonzero(people.is_client)
    engaged = np.clip((np.minimum(people.engaged_until, last_day) * DAY - np.maximum(people.start_day * DAY, period.t0)) / DAY, 0, None)
    left = np.flatnonzero((episodes["end"] < period.t1) & np.isin(episodes["kind"], (hospital.PSYCH_STAY, hospital.MEDICAL_STAY)))
    psych = left[episodes["kind"][left] == hospital.PSYCH_STAY]
    item_9 = np.flatnonzero(responses["items"][:, 8] >= 1)
    parts = []

    def add(kind: int, person: Array, clock: Array, share: float) -> None:
        rows = np.flatnonzero(draw.chance(share, len(person)))
        parts.append((person[rows], clock[rows], np.full(len(rows), kind)))

    def after(rows: Array, most_days: int) -> Array:
        return episodes["end"][rows] + draw.whole(2, most_days * 24, len(rows)) * HOUR

    def some_day(person: Array) -> Array:
        first = np.maximum(people.start_day[person] * DAY, period.t0)
        return (first + draw.rng.random(len(person)) * engaged[person] * DAY).astype(np.int64)

    add(0, episodes["person"][psych], after(psych, 8), 0.6)
    add(0, responses["person"][item_9], responses["at"][item_9] + 2 * HOUR, 0.45)
    for kind, most_days, share in ((5, 2, 0.7), (6, 1, 0.6), (7, 5, 0.4)):
        add(kind, episodes["person"][left], after(left, most_days), share)
    newcomers = own[people.start_day[own] >= period.t0 // DAY]
    add(4, newcomers, people.start_day[newcomers] * DAY + 12 * HOUR, 0.95)
    for kind, yearly in ((2, 2.2), (3, 0.15), (1, 0.05), (8, 0.02)):
        person = np.repeat(own, draw.rng.poisson(yearly * engaged[own] / 365.25))
        add(kind, person, some_day(person), 1.0)
    person, clock, kind = (np.concatenate([part[index] for part in parts]) for index in range(3))
    served = people.is_client[person] & (clock < period.t1) & (clock >= people.start_day[person] * DAY)
    served &= clock < people.leaves_day[person] * DAY
    order = np.flatnonzero(served)
    order = order[np.lexsort((kind[order], clock[order], person[order]))]
    person, clock, kind = person[order], clock[order], kind[order]
    override = kind == 8
    managers = max(len(agency.manager_site), 1)
    frame = pl.DataFrame({
        "document_id": sequence("d", people, person),
        "client_id": numbered("C", people.number[person] + 1, 6),
        "document_type": label(DOCUMENTS, kind),
        "document_at": moment(clock),
        "author_id": manager_id(np.where(agency.manager[people.number[person]] >= 0, agency.manager[people.number[person]], person % managers)),
        "value": label(("high", "rising"), np.where(override, person % 2, -1)),
        "reason": label(("known to the team", "recent loss"), np.where(override, person % 2, -1)),
        "expires_date": dates(np.where(override, clock // DAY + 60, NEVER)),
        "program_id": label(PROGRAM_IDS, np.select([np.isin(kind, (2, 5, 6, 7)), kind == 3], [COORDINATION, PSYCHIATRY], OUTPATIENT)),
    })
    return Rows("document", frame, clock)


def referral_rows(people: People, period: Period, seed: int, chunk: int) -> Rows:
    """Rows of referrals.referral: status by status, a third to the end of the loop, some stalled for good."""
    draw = Draw(seed, "referral.rows", chunk)
    first = np.maximum(people.start_day * DAY, period.t0)
    last = np.minimum(people.engaged_until * DAY, period.t1)
    years = np.where(people.is_client, np.maximum(last - first, 0) / (365.25 * DAY), 0)
    who = np.repeat(np.arange(len(people)), draw.rng.poisson(rates.REFERRALS_PER_YEAR * years))
    n = len(who)
    created = (first[who] + draw.rng.random(n) * (last - first)[who]).astype(np.int64)
    created = created // DAY * DAY + draw.whole(8 * 60, 17 * 60, n) * 60
    order = np.lexsort((created, who))
    who, created = who[order], created[order]
    urgent = draw.chance(0.18, n)
    slow = np.where(urgent, 0.45, 1.0)
    goes_far = draw.chance(rates.LOOP_CLOSED, n)
    stalled = ~goes_far & draw.chance(rates.REFERRAL_OPEN_FOREVER / (1 - rates.LOOP_CLOSED), n)
    barrier = draw.chance(rates.BARRIER, n) | stalled & draw.chance(0.3, n)
    # How many of sent, accepted, scheduled, attended, result received are ever reached.
    reached = np.where(goes_far, 5, draw.pick([0.05, 0.35, 0.3, 0.3], n))
    clocks, at = [], created
    for step, (low, high) in enumerate(((1, 60), (24, 300), (12, 200), (72, 620), (24, 400))):
        at = at + (draw.uniform(low, high, n) * slow).astype(np.int64) * HOUR
        clocks.append(np.where((reached > step) & (at < period.t1), at, NEVER))
    closed = np.where(goes_far, at + 20 * HOUR, at + draw.whole(5, 30, n) * DAY)
    closed = np.where(stalled | (closed >= period.t1), NEVER, closed)
    failed = 1 + draw.pick([0.3, 0.15, 0.3, 0.12, 0.08, 0.05], n)
    hurdle = np.where(barrier, created + draw.whole(1, 12, n) * DAY, NEVER)
    hurdle = np.where((hurdle < period.t1) & (hurdle < closed), hurdle, NEVER)
    domain = draw.pick([share for _, share in REFERRAL_DOMAINS], n)
    names = ("sent_at", "accepted_at", "scheduled_at", "attended_at", "result_received_at")
    frame = pl.DataFrame({
        "referral_id": sequence("f", people, who),
        "client_id": recorded_id(people, who, created, period),
        "direction": label(("out", "in"), draw.pick([0.9, 0.1], n)),
        "domain": label([name for name, _ in REFERRAL_DOMAINS], domain),
        "priority": label(("routine", "urgent"), urgent.astype(np.int64)),
        "created_at": moment(created),
        **{name: moment(clock) for name, clock in zip(names, clocks, strict=True)},
        "closed_at": moment(closed),
        "close_reason": label(CLOSE_REASONS, np.where(closed >= NEVER, -1, np.where(goes_far, 0, failed))),
        "barrier_code": label(BARRIERS, np.where(hurdle < NEVER, draw.pick([0.3, 0.2, 0.15, 0.08, 0.22, 0.05], n), -1)),
        "referred_to": label(words.PLACES_OF_HELP, domain % len(words.PLACES_OF_HELP)),
        "program_id": label(PROGRAM_IDS, np.where((domain == 2) & people.in_part2[who], np.where(who % 2 == 0, RECOVERY, MEDICATION), COORDINATION)),
    })
    reveals = [Reveal(clock, {name: None}) for name, clock in zip(names, clocks, strict=True)]
    reveals += [Reveal(closed, {"closed_at": None, "close_reason": None}), Reveal(hurdle, {"barrier_code": None})]
    return Rows("referral", frame, created, tuple(reveals))

"""The entry: `synthesize` invents an agency and writes what its senders would have delivered.

People are invented at once, lives in chunks, so that memory stays bounded; the bytes depend on the arguments alone. Must not be
here: rates, shapes of tables.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from synthetic import care, hospital, organization, rates, timeline
from synthetic import people as population
from synthetic.feeds import (
    adt,
    affiliations,
    claim_lines,
    claims,
    dirt,
    identity,
    outreach,
    payers,
    records,
    referrals,
    screenings,
)
from synthetic.feeds import (
    clients as client_records,
)
from synthetic.formats import CSV, FORMATS, TRANSCRIBERS
from synthetic.landing import Landing, Rows

DEFAULT_END = date(2026, 6, 30)
DEFAULT_ZONE = "America/New_York"
CHUNK = 10_000
SHORTEST_PERIOD = 60
DAYS = 730


@dataclass(frozen=True)
class SynthesisReport:
    """What was written.

    Attributes:
        landing: The folder.
        clients: Clients of the agency (members known by claims alone and merged records come on top).
        start: First simulated day.
        end: The last deliveries' day; nothing has happened after its beginning.
        as_of: The moment to run at, see `as_of`.
        files: Number of files written.
        size_bytes: Their size together.
        rows: Rows per (source, table), as delivered: repeated and superseded ones count, whatever their format.
    """

    landing: Path
    clients: int
    start: date
    end: date
    as_of: datetime
    files: int
    size_bytes: int
    rows: dict[tuple[str, str], int]


def as_of(end: date | None = None, zone: str = DEFAULT_ZONE) -> datetime:
    """The moment at which to run on a synthetic landing folder: seven in the morning of its last day."""
    return datetime.combine(end or DEFAULT_END, time(7), tzinfo=ZoneInfo(zone))


def synthesize(
    landing: Path,
    clients: int,
    seed: int = 1,
    days: int = DAYS,
    end: date | None = None,
    zone: str = DEFAULT_ZONE,
    *,
    truth: Path | None = None,
    identity_dirt: bool = False,
    formats: Collection[str] = (),
) -> SynthesisReport:
    """Write the landing files of a synthetic agency; the same arguments give the same bytes.

    Args:
        landing: Folder to write into. Files of the same content are left as they are.
        clients: How many clients the agency has, at least 1.
        seed: Another seed, another agency.
        days: Length of the simulated time, at least 60.
        end: Day of the last deliveries; 2026-06-30 unless given.
        zone: The agency's time zone.
        truth: Folder outside `landing` for who is who (Parquet), for tests of record linkage.
        identity_dirt: Twins, mistyped names and dates, missing ids (`feeds.dirt`), and the sample that measures linkage.
        formats: Syntaxes of `synthetic.formats.FORMATS` besides CSV; what one can say is delivered in it.

    Returns:
        What was written, and the moment to run at.

    Raises:
        ValueError: Too few clients or days, an unknown format, or `truth` inside `landing`.
        FileExistsError: The folder holds other files of the same names.
    """
    if clients < 1 or days < SHORTEST_PERIOD:
        raise ValueError(
            f"An agency needs at least 1 client and {SHORTEST_PERIOD} days; got {clients} and {days}."
        )
    if truth is not None and truth.resolve().is_relative_to(landing.resolve()):
        raise ValueError("The truth belongs outside the landing folder: no sender delivers it.")
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: expected formats among {', '.join(FORMATS)}.")
    last = end or DEFAULT_END
    period = timeline.Period(last - timedelta(days=days), last, zone)
    sites = organization.site_count(clients)
    people = population.invent(clients, sites, period, seed)
    spelled = dirt.with_twins(people, seed) if identity_dirt else people
    agency = organization.found(people, sites, period, seed)
    target = Landing(landing, seed, rates.RESENT)
    with target:
        _deliver_agency(target, agency, period, clients, seed)
        who_is_who = [
            _deliver_people(
                target,
                people.part(low, low + CHUNK),
                spelled.part(low, low + CHUNK),
                agency,
                period,
                seed,
                number,
                identity_dirt=identity_dirt,
            )
            for number, low in enumerate(range(0, len(people), CHUNK))
        ]
        for name in sorted(set(formats) - {CSV}):
            TRANSCRIBERS[name](target.scratch, zone)
        files, size = target.place()
    if truth is not None:
        truth.mkdir(parents=True, exist_ok=True)
        for name in ("person", "adt_event"):
            pl.concat([tables[name] for tables in who_is_who]).write_parquet(
                truth / f"{name}.parquet"
            )
    return SynthesisReport(
        landing,
        clients,
        period.start,
        last,
        as_of(last, zone),
        files,
        size,
        dict(sorted(target.rows.items())),
    )


def _deliver_agency(
    target: Landing,
    agency: organization.Organization,
    period: timeline.Period,
    clients: int,
    seed: int,
) -> None:
    slow = timeline.slow_schedule(period)
    always = {
        "provider": organization.provider_rows(agency),
        "program": organization.program_rows(),
        "staff": organization.staff_rows(agency, seed),
        "staff_program": organization.staff_program_rows(agency, period),
    }
    for table, frame in always.items():
        target.deliver(
            "ehr", Rows(table, frame, np.full(frame.height, period.t0), full=(0, -2)), slow
        )
    leave = organization.staff_leave_rows(agency, period, seed)
    told = (
        leave["start_date"].to_physical().to_numpy().astype(np.int64) * timeline.DAY
        - 20 * timeline.DAY
    )
    target.deliver("ehr", Rows("staff_leave", leave, told), slow)
    survey = organization.survey_rows(period, clients, seed)
    told = (
        survey["survey_date"].to_physical().to_numpy().astype(np.int64) * timeline.DAY
        + 20 * timeline.DAY
    )
    target.deliver("ehr", Rows("survey", survey, told), slow)
    log, known = organization.time_log_rows(agency, period, seed)
    target.deliver("ehr", Rows("time_log", log, known), slow)


def _deliver_people(
    target: Landing,
    people: population.People,
    spelled: population.People,
    agency: organization.Organization,
    period: timeline.Period,
    seed: int,
    chunk: int,
    *,
    identity_dirt: bool,
) -> dict[str, pl.DataFrame]:
    often, slow = timeline.daily_schedule(period), timeline.slow_schedule(period)
    fortnightly, monthly = timeline.claims_schedule(period), timeline.eligibility_schedule(period)
    episodes = hospital.live(people, agency, period, seed, chunk)
    given = care.give(people, episodes, period, seed, chunk)
    responses = screenings.answer(people, episodes, period, seed, chunk)
    contacts = outreach.reach(people, episodes, given.appointments, agency, period, seed, chunk)
    alerts = adt.alert(spelled, episodes, agency, period, seed, chunk)
    medicines = payers.prescribe(people, period, seed, chunk)

    clients = client_records.client_rows(spelled, period, seed, chunk)
    eligibility = payers.eligibility_rows(spelled, period, seed, chunk)
    alert_frame = alerts.frame
    if identity_dirt:
        checked = dirt.checked_rows(spelled, eligibility, alert_frame, alerts.person, period.t0)
        target.deliver("identity_decisions", checked, slow[-1:], chunk)
        clients = dirt.forgetful(clients, seed, chunk)
        eligibility = dirt.mistyped_members(eligibility, seed, chunk)
        alert_frame = dirt.mistyped_alerts(alert_frame, seed, chunk)
    for rows in (
        clients,
        records.appointment_rows(given.appointments, people, agency, period),
        records.visit_rows(given.visits, given, people, agency, period),
        records.document_rows(people, episodes, responses, agency, period, seed, chunk),
    ):
        target.deliver("ehr", rows, often, chunk)
    for rows in (
        affiliations.enrollment_rows(people, period),
        affiliations.assignment_rows(people, agency, period, seed, chunk),
        affiliations.intake_rows(people, period, seed, chunk),
        affiliations.diagnosis_rows(people, seed, chunk),
        affiliations.consent_rows(people, period, seed, chunk),
        *records.plan_rows(people, period, seed, chunk),
        records.authorization_rows(people, period, seed, chunk),
        payers.medication_rows(medicines, people, period),
    ):
        target.deliver("ehr", rows, slow, chunk)
    target.deliver("adt", Rows("event", alert_frame, alerts.received), often, chunk)
    person, at = responses["person"], responses["at"]
    answers = screenings.response_rows(
        responses, people, identity.recorded_id(people, person, at, period)
    )
    target.deliver("screenings", answers, often, chunk)
    named = identity.recorded_id(people, contacts["person"], contacts["at"], period)
    contact_frame = outreach.contact_rows(contacts, people, named, seed, chunk)
    target.deliver(
        "outreach_log", Rows("contact", contact_frame, contacts["at"] + timeline.HOUR), often, chunk
    )
    target.deliver("referrals", referrals.referral_rows(people, period, seed, chunk), often, chunk)

    target.deliver("claims", eligibility, monthly, chunk)
    target.deliver(
        "claims",
        payers.fill_rows(medicines, people, agency, period, seed, chunk),
        fortnightly,
        chunk,
    )
    billed = claims.bill(
        people, episodes, given.visits, given.elsewhere, agency, period, seed, chunk
    )
    target.deliver("claims", claim_lines.line_rows(billed, people, agency), fortnightly, chunk)
    return {"person": _persons(spelled, period), "adt_event": _alert_truth(alerts, people)}


def _persons(people: population.People, period: timeline.Period) -> pl.DataFrame:
    """Who is who: one row per person, with the identifiers under which senders know them."""
    everyone = np.arange(len(people))
    member = payers.member_columns(people, everyone)
    absent = pl.Series(~people.is_client)
    insured = pl.Series(people.insurance == population.UNINSURED)
    second = identity.merged_at(people, period) < timeline.NEVER
    return pl.DataFrame(
        {
            "person_number": people.number,
            "client_id": identity.client_id(people.number).set(absent, None),
            "merged_client_id": identity.client_id(people.number + 9_000_000).set(
                pl.Series(~second) | absent, None
            ),
            "data_source": member["data_source"].set(insured, None),
            "person_id": member["person_id"].set(insured, None),
            "medicaid_id": identity.medicaid_id(people.number),
            "birth_date": timeline.dates(people.birth_day),
        }
    )


def _alert_truth(alerts: adt.Alerts, people: population.People) -> pl.DataFrame:
    return pl.DataFrame(
        {"event_id": alerts.frame["event_id"], "person_number": people.number[alerts.person]}
    )

"""The entry point: `synthesize` generates an agency and writes the landing files of its senders.

All people are generated at once and their histories in chunks, so that memory stays bounded. The bytes depend on the
arguments alone. Must not be here: rates, table layouts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from synthetic import care, hospital, orders, organization, rates, timeline
from synthetic import people as population
from synthetic.feeds import (
    adt,
    affiliations,
    claim_lines,
    claims,
    code_lists,
    decisions,
    dirt,
    identity,
    outreach,
    payers,
    records,
    referrals,
    reports,
    screenings,
    workbooks,
)
from synthetic.feeds import (
    clients as client_records,
)
from synthetic.formats import CONVERTERS, CSV, FORMATS
from synthetic.landing import Landing, Rows

DEFAULT_END = date(2026, 6, 30)
DEFAULT_ZONE = "America/New_York"
CHUNK = 10_000
MINIMUM_DAYS = 60
DAYS = 730
DAILY_DAYS = 7


@dataclass(frozen=True)
class SynthesisReport:
    """Summary of the files written.

    Attributes:
        landing: The landing folder.
        clients: Clients of the agency, without claims-only members and merged duplicate records.
        start: First simulated day.
        end: Day of the last deliveries; no simulated event is later than its midnight.
        as_of: Timestamp to run the pipeline at, see `as_of`.
        files: Number of files written.
        size_bytes: Total size of the files.
        rows: Delivered rows per (source, table) in every format, including re-sent and superseded rows.
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
    """The timestamp to run a synthetic landing folder at: 7 a.m. on its last day."""
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
    returned_workbooks: bool = False,
    formats: Collection[str] = (),
    daily_days: int = DAILY_DAYS,
) -> SynthesisReport:
    """Write the landing files of a synthetic agency; the same arguments give the same bytes.

    Args:
        landing: Folder to write into. Existing files with the same content are left unchanged.
        clients: Number of clients, at least 1.
        seed: Seed of all random draws; another seed gives another agency.
        days: Length of the simulated period, at least 60.
        end: Day of the last deliveries; 2026-06-30 by default.
        zone: The agency's time zone.
        truth: Folder outside `landing` for the true identities (Parquet), for tests of record linkage.
        identity_dirt: Add twins, mistyped names and dates, missing ids (`feeds.dirt`), and the reviewed sample that
            measures linkage.
        returned_workbooks: Some care managers enter the last week's calls in workbooks, and supervisors return their
            decisions (`feeds.workbooks`, `feeds.decisions`).
        formats: Names of `synthetic.formats.FORMATS`. Every row that a format can represent is delivered in it, the
            rest as CSV.
        daily_days: For how many days before the end the frequent feeds are delivered daily, at most 56.

    Returns:
        Summary of the files written, with the timestamp to run at.

    Raises:
        ValueError: Too few clients or days, an unknown format, or `truth` inside `landing`.
        FileExistsError: The folder has files of the same names with other content.
    """
    if clients < 1 or days < MINIMUM_DAYS:
        raise ValueError(
            f"An agency needs at least 1 client and {MINIMUM_DAYS} days; got {clients} and {days}."
        )
    if truth is not None and truth.resolve().is_relative_to(landing.resolve()):
        raise ValueError(
            "The truth folder must be outside the landing folder: no sender delivers it."
        )
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(
            f"Unknown format {', '.join(unknown)}: expected one of {', '.join(FORMATS)}."
        )
    last = end or DEFAULT_END
    period = timeline.Period(last - timedelta(days=days), last, zone)
    sites = organization.site_count(clients)
    people = population.generate_people(clients, sites, period, seed)
    reported = dirt.with_twins(people, seed) if identity_dirt else people
    agency = organization.build_organization(people, sites, period, seed)
    target = Landing(landing, seed, rates.RESENT)
    with target:
        _deliver_agency(target, agency, period, clients, seed)
        parts = [
            _deliver_people(
                target,
                people.part(low, low + CHUNK),
                reported.part(low, low + CHUNK),
                agency,
                period,
                seed,
                number,
                identity_dirt=identity_dirt,
                returned_workbooks=returned_workbooks,
                daily_days=daily_days,
            )
            for number, low in enumerate(range(0, len(people), CHUNK))
        ]
        if returned_workbooks:
            _deliver_workbooks(target, parts, period, seed, daily_days)
        for name in sorted(set(formats) - {CSV}):
            CONVERTERS[name](target.scratch, zone)
        files, size = target.move_into_place()
    if truth is not None:
        truth.mkdir(parents=True, exist_ok=True)
        for name in ("person", "adt_event"):
            pl.concat([tables[name] for tables in parts]).write_parquet(truth / f"{name}.parquet")
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
    leave, known = organization.staff_leave_rows(agency)
    target.deliver("ehr", Rows("staff_leave", leave, known), slow)
    target.deliver("valuesets", code_lists.code_list_rows(period), slow[:1])
    survey = organization.survey_rows(period, clients, seed)
    known = (
        survey["survey_date"].to_physical().to_numpy().astype(np.int64) * timeline.DAY
        + 20 * timeline.DAY
    )
    target.deliver("ehr", Rows("survey", survey, known), slow)
    log, known = organization.time_log_rows(agency, period, seed)
    target.deliver("ehr", Rows("time_log", log, known), slow)


def _deliver_people(
    target: Landing,
    people: population.People,
    reported: population.People,
    agency: organization.Organization,
    period: timeline.Period,
    seed: int,
    chunk: int,
    *,
    identity_dirt: bool,
    returned_workbooks: bool,
    daily_days: int,
) -> dict[str, pl.DataFrame]:
    """Deliver the rows of these people.

    Returns:
        The true identities, `person` and `adt_event`, and the rows of returned workbooks by table.
    """
    often, slow = timeline.daily_schedule(period, daily_days), timeline.slow_schedule(period)
    fortnightly, monthly = timeline.claims_schedule(period), timeline.eligibility_schedule(period)
    episodes = hospital.simulate_episodes(people, agency, period, seed, chunk)
    ordered = orders.draw_orders(people, seed, chunk)
    services = care.simulate_care(people, ordered, episodes, period, seed, chunk)
    responses = screenings.simulate_responses(people, episodes, period, seed, chunk)
    heard_of = reports.simulate_reports(people, period, seed, chunk)
    contacts = outreach.simulate_contacts(
        people, episodes, services.appointments, heard_of, agency, period, seed, chunk
    )
    alerts = adt.simulate_alerts(reported, episodes, agency, period, seed, chunk)
    medications = payers.simulate_medications(people, period, seed, chunk)

    clients = client_records.client_rows(reported, period, seed, chunk)
    eligibility = payers.eligibility_rows(reported, period, seed, chunk)
    alert_frame = alerts.frame
    if identity_dirt:
        checked = dirt.checked_rows(reported, eligibility, alert_frame, alerts.person, period.t0)
        target.deliver("identity_decisions", checked, slow[-1:], chunk)
        clients = dirt.without_some_medicaid_ids(clients, seed, chunk)
        eligibility = dirt.members_with_errors(eligibility, seed, chunk)
        alert_frame = dirt.alerts_with_errors(alert_frame, seed, chunk)
    for rows in (
        clients,
        records.appointment_rows(services.appointments, people, agency, period),
        records.visit_rows(services.visits, services, people, agency, period),
        records.document_rows(people, episodes, responses, agency, period, seed, chunk),
    ):
        target.deliver("ehr", rows, often, chunk)
    for rows in (
        affiliations.enrollment_rows(people, period),
        affiliations.assignment_rows(people, agency, period, seed, chunk),
        affiliations.intake_rows(people, period, seed, chunk),
        affiliations.diagnosis_rows(people, seed, chunk),
        affiliations.consent_rows(people, period, seed, chunk),
        *records.plan_rows(people, ordered, period, seed, chunk),
        records.authorization_rows(people, period, seed, chunk),
        payers.medication_rows(medications, people, period),
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
    contacted = contacts["at"]
    returned = {}
    if returned_workbooks:
        in_workbook = workbooks.is_returned(contact_frame["staff_id"], contacted, period.t1)
        names = identity.full_name(people, contacts["person"]).alias("client_name")
        returned["contact"] = contact_frame.with_columns(names).filter(pl.Series(in_workbook))
        contact_frame = contact_frame.filter(pl.Series(~in_workbook))
        contacted = contacted[~in_workbook]
    target.deliver(
        "outreach_log", Rows("contact", contact_frame, contacted + timeline.HOUR), often, chunk
    )
    referred, referred_person = referrals.referral_rows(people, period, seed, chunk)
    target.deliver("referrals", referred, often, chunk)
    if returned_workbooks:
        returned |= {
            "confirmation": decisions.confirmations(heard_of, people, agency, seed, chunk),
            "referral_close": decisions.old_referrals(
                referred.frame, referred_person, people, agency, period, seed, chunk
            ),
            "assignment_choice": decisions.assignments(people, agency, period, seed, chunk),
        }

    target.deliver("claims", eligibility, monthly, chunk)
    target.deliver(
        "claims",
        payers.fill_rows(medications, people, agency, period, seed, chunk),
        fortnightly,
        chunk,
    )
    billed = claims.simulate_claims(
        people, episodes, services.visits, services.elsewhere, agency, period, seed, chunk
    )
    target.deliver("claims", claim_lines.line_rows(billed, people, agency), fortnightly, chunk)
    return {
        "person": _true_persons(reported, period),
        "adt_event": _true_alert_persons(alerts, people),
        **returned,
    }


def _deliver_workbooks(
    target: Landing,
    parts: list[dict[str, pl.DataFrame]],
    period: timeline.Period,
    seed: int,
    daily_days: int,
) -> None:
    """Write the returned workbooks from the rows of all people."""

    def rows(table: str) -> pl.DataFrame:
        return pl.concat([part[table] for part in parts])

    sheets = {
        "confirmation": ("Reported", rows("confirmation")),
        "referral_close": ("Old referrals", rows("referral_close")),
        "assignment_choice": ("Unassigned", rows("assignment_choice")),
    }
    for file in (
        *workbooks.contact_workbooks(rows("contact"), period.t1 // timeline.DAY, seed),
        *workbooks.supervisor_workbooks(sheets, timeline.daily_schedule(period, daily_days)),
    ):
        target.place("outreach_log", file.day, file.name, file.content, file.rows)


def _true_persons(people: population.People, period: timeline.Period) -> pl.DataFrame:
    """True identities: one row per person, with the identifiers that senders use for the person."""
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


def _true_alert_persons(alerts: adt.Alerts, people: population.People) -> pl.DataFrame:
    return pl.DataFrame(
        {"event_id": alerts.frame["event_id"], "person_number": people.number[alerts.person]}
    )

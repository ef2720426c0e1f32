"""ADT alerts of the health information exchange about clients' episodes, with the usual data-quality defects.

Defects: duplicates, cancelled admissions and discharges, alerts without a Medicaid id, alerts that match no client,
emergency visits without a discharge, and a crisis center that reports dates without times. Must not be here: the
episodes.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from synthetic import codes, hospital, rates, words
from synthetic.draw import Array, Draw, Table, label, numbered, ordinal, stack, take
from synthetic.feeds.identity import medicaid_id
from synthetic.organization import CRISIS_CENTER, KIND_NAME, Organization
from synthetic.people import MEDICARE, UNINSURED, People
from synthetic.timeline import DAY, HOUR, MINUTE, Period, dates, day, instant

EVENTS = (
    "admit",
    "discharge",
    "transfer",
    "presented",
    "cancelled_admit",
    "cancelled_discharge",
    "deceased",
    "closed",
)
ADMIT, DISCHARGE, TRANSFER, PRESENTED, CANCELLED_ADMIT, CANCELLED_DISCHARGE, DECEASED, CLOSED = (
    range(8)
)
CLASSES = ("inpatient", "emergency", "observation", "outpatient")
INPATIENT, EMERGENCY, OBSERVATION, OUTPATIENT = range(4)


@dataclass(frozen=True)
class Alerts:
    """Rows of adt.event, with each row's receipt clock and true person (row of `people`)."""

    frame: pl.DataFrame
    received: Array
    person: Array


def simulate_alerts(
    people: People, episodes: Table, agency: Organization, period: Period, seed: int, chunk: int
) -> Alerts:
    """Simulate the alerts about these people's episodes while they are clients."""
    draw = Draw(seed, "adt", chunk)
    person = episodes["person"]
    watched = (
        people.is_client[person]
        & (episodes["kind"] != hospital.NONACUTE)
        & (episodes["start"] >= people.start_day[person] * DAY)
        & (episodes["start"] < people.leaves_day[person] * DAY)
        & (people.death_day[person] * DAY + DAY >= episodes["end"])
    )
    rows = np.flatnonzero(watched)
    stays = take(episodes, rows) | {
        "visit": people.number[person[rows]] * 100 + ordinal(person[rows]) + 1
    }
    events = _events(stays, draw)
    events = take(events, np.flatnonzero(events["at"] < period.t1))
    return _rows(events, stays, people, agency, period, draw, chunk)


def _events(stays: Table, draw: Draw) -> Table:
    n = len(stays["person"])
    index = np.arange(n)
    emergency = np.isin(stays["kind"], (*hospital.EMERGENCY, hospital.CRISIS))
    observed = stays["kind"] == hospital.OBSERVATION
    ward = np.select([emergency, observed], [EMERGENCY, OBSERVATION], INPATIENT)
    died = stays["disposition"] == hospital.EXPIRED
    unclosed = (
        np.isin(stays["kind"], hospital.EMERGENCY)
        & ~stays["to_stay"]
        & draw.chance(rates.ADT_UNCLOSED_ED, n)
    )
    cancelled = (
        ~unclosed
        & ~died
        & ~stays["is_clock_change"]
        & draw.chance(rates.ADT_CANCELLED_DISCHARGE, n)
    )
    start, end = stays["start"], stays["end"]
    from_ed = stays["from_ed"]
    false_end = end - np.minimum(draw.integers(20 * HOUR, 30 * HOUR, n), (end - start) // 2)
    tables = [
        _event(
            index,
            start - np.where(from_ed, 3 * HOUR, 0),
            np.where(emergency | from_ed, PRESENTED, ADMIT),
            np.where(from_ed, EMERGENCY, ward),
        ),
        _event(
            index[from_ed],
            start[from_ed],
            np.where(draw.chance(0.5, n), ADMIT, TRANSFER)[from_ed],
            ward[from_ed],
        ),
        _event(
            index[~unclosed],
            end[~unclosed],
            np.where(died, DECEASED, DISCHARGE)[~unclosed],
            ward[~unclosed],
        ),
        _event(
            index[unclosed],
            end[unclosed] + 48 * HOUR,
            np.full(int(unclosed.sum()), CLOSED),
            ward[unclosed],
        ),
        # A13: a mistaken discharge, cancelled some hours later, before the discharge at the true end.
        _event(
            index[cancelled],
            false_end[cancelled],
            np.full(int(cancelled.sum()), DISCHARGE),
            ward[cancelled],
        ),
        _event(
            index[cancelled],
            (false_end + np.minimum(2 * HOUR, (end - false_end) // 2))[cancelled],
            np.full(int(cancelled.sum()), CANCELLED_DISCHARGE),
            ward[cancelled],
        ),
    ]
    # A11: a mistaken admission five days before a real one, cancelled, with its own visit number.
    mistaken = np.flatnonzero(draw.chance(rates.ADT_CANCELLED_ADMIT * 2, n))
    for lag, kind in ((0, ADMIT), (90 * MINUTE, CANCELLED_ADMIT)):
        wrong = _event(
            mistaken,
            start[mistaken] - 5 * DAY + lag,
            np.full(len(mistaken), kind),
            np.full(len(mistaken), INPATIENT),
        )
        tables.append(wrong | {"is_mistake": np.ones(len(mistaken), dtype=bool)})
    return stack(tables)


def _event(stay: Array, at: Array, kind: Array, ward: Array) -> Table:
    return {
        "stay": stay,
        "at": np.asarray(at, dtype=np.int64) // MINUTE * MINUTE,
        "event": kind,
        "ward": ward,
        "is_mistake": np.zeros(len(stay), dtype=bool),
    }


def _rows(
    events: Table,
    stays: Table,
    people: People,
    agency: Organization,
    period: Period,
    draw: Draw,
    chunk: int,
) -> Alerts:
    n_stays = len(stays["person"])
    unmatched = draw.chance(rates.ADT_UNMATCHED, n_stays) & ~stays["is_clock_change"]
    uninsured = np.isin(people.insurance[stays["person"]], (MEDICARE, UNINSURED))
    # Alerts with only the facility's patient number, which an earlier visit there connects to the Medicaid id.
    facility, person = stays["facility"], stays["person"]
    order = np.lexsort((stays["start"], facility, person))
    seen_before = np.zeros(n_stays, dtype=bool)
    seen_before[order[1:]] = (person[order][1:] == person[order][:-1]) & (
        facility[order][1:] == facility[order][:-1]
    )
    by_number = seen_before & draw.chance(rates.ADT_NO_MEDICAID_ID / 0.45, n_stays)

    n = len(events["at"])
    delay = np.where(
        draw.chance(0.9, n), draw.integers(2, 120, n) * MINUTE, draw.integers(6, 70, n) * HOUR
    )
    events["received"] = events["at"] + delay
    again = np.flatnonzero(draw.chance(rates.ADT_DUPLICATE, n))
    copy = take(events, again)
    copy["received"] = copy["received"] + draw.integers(5, 60 * 30, len(again)) * MINUTE
    events = stack([events, copy])
    events = take(
        events, np.lexsort((events["event"], events["at"], events["stay"], events["received"]))
    )
    n = len(events["at"])
    stay = events["stay"]
    who, place = stays["person"][stay], stays["facility"][stay]
    hidden, reported = unmatched[stay], draw.chance(0.72, n)
    day_only = agency.facility_kind[place] == CRISIS_CENTER
    when = instant(events["at"], period.zone)
    at = (
        pl.DataFrame(
            {"timestamp": when, "day": day(events["at"]).cast(pl.String), "day_only": day_only}
        )
        .select(pl.when("day_only").then("day").otherwise("timestamp"))
        .to_series()
    )
    leaving = np.isin(events["event"], (DISCHARGE, DECEASED))
    first = label(
        words.FIRST,
        np.where(hidden, (people.first_name[who] + 7) % len(words.FIRST), people.first_name[who]),
    )
    # A quarter of the unmatched stays have no visit, patient or Medicaid number: they must not be merged.
    without_id = hidden & (stay % 4 == 0)
    frame = pl.DataFrame(
        {
            "event_id": numbered(f"e{chunk}-", np.arange(n) + 1, 6),
            "sending_facility_id": agency.npi(place),
            "facility_name": agency.facility_name(place),
            "facility_type": label(KIND_NAME, agency.facility_kind[place]),
            "visit_number": _hide(
                numbered("v", stays["visit"][stay] * 10 + events["is_mistake"], 9), without_id
            ),
            "event_type": label(EVENTS, events["event"]),
            "patient_class": label(CLASSES, events["ward"]),
            "event_at": at,
            "source_patient_id": _hide(
                numbered("p", people.number[who] * 7 + place * 3 + hidden * 900_000_000 + 1, 8),
                without_id,
            ),
            "medicaid_id": _hide(
                medicaid_id(people.number[who]), hidden | uninsured[stay] | by_number[stay]
            ),
            "first_name": first,
            "last_name": label(words.LAST, people.last_name[who]),
            "birth_date": dates(people.birth_day[who] + np.where(hidden, 40, 0)),
            "sex": label(("F", "M", "X", "U"), people.sex[who]),
            "diagnosis_code": label(codes.ALL, np.where(reported, stays["dx"][stay], -1)),
            "discharge_disposition_code": label(
                hospital.DISPOSITION_CODES,
                np.where(leaving & reported, stays["disposition"][stay], -1),
            ),
            "admitted_from": label(
                ("home", "emergency"),
                np.where(leaving, -1, stays["from_ed"][stay].astype(np.int64)),
            ),
            "received_at": instant(events["received"], period.zone),
        }
    )
    return Alerts(frame, events["received"], who)


def _hide(values: pl.Series, where: Array) -> pl.Series:
    return (
        values.set(pl.Series(np.asarray(where, dtype=bool)), None)
        if np.asarray(where).any()
        else values
    )

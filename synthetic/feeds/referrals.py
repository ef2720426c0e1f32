"""Rows of `referrals.referral`: a third closes the loop, some stall.

Must not be here: the staleness rule; the warehouse applies it.
"""

import numpy as np
import polars as pl

from synthetic import rates
from synthetic.draw import Array, Draw, label
from synthetic.feeds.identity import recorded_id, sequence
from synthetic.landing import Reveal, Rows
from synthetic.organization import (
    COORDINATION,
    MEDICATION,
    PROGRAM_IDS,
    RECOVERY,
)
from synthetic.people import People
from synthetic.timeline import DAY, HOUR, NEVER, Period, next_working_time, timestamp

# Share of the referrals, and the services that receive them.
REFERRAL_DOMAINS = (
    ("behavioral_health", 0.14, ("Mockingham Counseling Group", "Exampleton Trauma Center")),
    ("medical", 0.24, ("Exampleton Family Practice", "Port Specimen Primary Care")),
    ("substance_use", 0.10, ("Port Specimen Recovery House",)),
    ("housing", 0.14, ("Harborlight Housing Desk", "Sampleville Shelter Network")),
    ("benefits", 0.08, ("Exampleton Benefits Office",)),
    ("employment", 0.07, ("Fixture Job Center",)),
    ("peer", 0.07, ("North Fixture Peer Center",)),
    ("legal", 0.03, ("Fixture Legal Aid",)),
    ("food", 0.06, ("Sampleville Food Shelf",)),
    ("transportation", 0.06, ("Mockingham Ride Service",)),
    ("other", 0.01, ("Sampleville Community Library",)),
)
DOMAIN_NAMES = tuple(name for name, _, _ in REFERRAL_DOMAINS)
SERVICES = tuple(service for _, _, services in REFERRAL_DOMAINS for service in services)
SERVICE_COUNT = np.array([len(services) for _, _, services in REFERRAL_DOMAINS])
FIRST_SERVICE = np.cumsum(SERVICE_COUNT) - SERVICE_COUNT
CLOSE_REASONS = (
    "attended",
    "declined_by_client",
    "declined_by_provider",
    "unable_to_reach",
    "ineligible",
    "duplicate",
    "other",
)
BARRIERS = ("transportation", "insurance", "documentation", "language", "waitlist", "other")


def referral_rows(people: People, period: Period, seed: int, chunk: int) -> tuple[Rows, Array]:
    """Rows of referrals.referral, and the person of each; each status timestamp becomes known when it happens."""
    draw = Draw(seed, "referral.rows", chunk)
    first = np.maximum(people.start_day * DAY, period.t0)
    last = np.minimum(people.engaged_until * DAY, period.t1)
    years = np.where(people.is_client, np.maximum(last - first, 0) / (365.25 * DAY), 0)
    who = np.repeat(np.arange(len(people)), draw.rng.poisson(rates.REFERRALS_PER_YEAR * years))
    n = len(who)
    created = (first[who] + draw.rng.random(n) * (last - first)[who]).astype(np.int64)
    working = Draw(seed, "referral.hours", chunk)
    created = created // DAY * DAY + draw.integers(8 * 60, 17 * 60, n) * 60
    created = next_working_time(created, working)
    order = np.lexsort((created, who))
    who, created = who[order], created[order]
    urgent = draw.chance(0.18, n)
    slow = np.where(urgent, 0.45, 1.0)
    closes_loop = draw.chance(rates.LOOP_CLOSED, n)
    stalled = ~closes_loop & draw.chance(rates.REFERRAL_STALLED / (1 - rates.LOOP_CLOSED), n)
    barrier = draw.chance(rates.BARRIER, n) | stalled & draw.chance(0.3, n)
    # Number of steps completed: sent, accepted, scheduled, attended, result received.
    reached = np.where(closes_loop, 5, draw.pick([0.05, 0.35, 0.3, 0.3], n))
    clocks, at = [], created
    for step, (low, high) in enumerate(((1, 60), (24, 300), (12, 200), (72, 620), (24, 400))):
        hours = np.maximum((draw.uniform(low, high, n) * slow).astype(np.int64), 1)
        at = next_working_time(at + hours * HOUR, working)
        clocks.append(np.where((reached > step) & (at < period.t1), at, NEVER))
    closed = np.where(closes_loop, at + 20 * HOUR, at + draw.integers(5, 30, n) * DAY)
    closed = next_working_time(closed, working)
    closed = np.where(stalled | (closed >= period.t1), NEVER, closed)
    failed = 1 + draw.pick([0.3, 0.15, 0.3, 0.12, 0.08, 0.05], n)
    barrier_at = np.where(barrier, created + draw.integers(1, 12, n) * DAY, NEVER)
    barrier_at = np.where((barrier_at < period.t1) & (barrier_at < closed), barrier_at, NEVER)
    domain = draw.pick([share for _, share, _ in REFERRAL_DOMAINS], n)
    # Clients of a site are referred to the same service of a domain.
    service = FIRST_SERVICE[domain] + people.site[who] % SERVICE_COUNT[domain]
    names = ("sent_at", "accepted_at", "scheduled_at", "attended_at", "result_received_at")
    frame = pl.DataFrame(
        {
            "referral_id": sequence("f", people, who),
            "client_id": recorded_id(people, who, created, period),
            "direction": label(("out", "in"), draw.pick([0.9, 0.1], n)),
            "domain": label(DOMAIN_NAMES, domain),
            "priority": label(("routine", "urgent"), urgent.astype(np.int64)),
            "created_at": timestamp(created),
            **{name: timestamp(clock) for name, clock in zip(names, clocks, strict=True)},
            "closed_at": timestamp(closed),
            "close_reason": label(
                CLOSE_REASONS, np.where(closed >= NEVER, -1, np.where(closes_loop, 0, failed))
            ),
            "barrier_code": label(
                BARRIERS,
                np.where(barrier_at < NEVER, draw.pick([0.3, 0.2, 0.15, 0.08, 0.22, 0.05], n), -1),
            ),
            "referred_to": label(SERVICES, service),
            "program_id": label(
                PROGRAM_IDS,
                np.where(
                    (domain == 2) & people.in_part2[who],
                    np.where(who % 2 == 0, RECOVERY, MEDICATION),
                    COORDINATION,
                ),
            ),
        }
    )
    reveals = [Reveal(clock, {name: None}) for name, clock in zip(names, clocks, strict=True)]
    reveals += [
        Reveal(closed, {"closed_at": None, "close_reason": None}),
        Reveal(barrier_at, {"barrier_code": None}),
    ]
    return Rows("referral", frame, created, tuple(reveals)), who

"""The agency: sites, programs, staff and caseloads, and the outside facilities and clinicians.

Provider numbers begin with 9, which no real NPI does. Must not be here: clients' histories.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from synthetic import codes, rates, words
from synthetic.draw import Array, Draw, label, numbered
from synthetic.leave import Leave, draw_leave
from synthetic.people import People
from synthetic.timeline import DAY, NEVER, Period, dates

ACUTE, PSYCHIATRIC, FREESTANDING_ED, CRISIS_CENTER, DETOX, NURSING = range(6)
KIND_NAME = (
    "acute_hospital",
    "psychiatric_hospital",
    "emergency_department",
    "crisis_center",
    "detox",
    "residential",
)
KIND_TAXONOMY = ("282N00000X", "283Q00000X", "261QE0002X", "261QM0801X", "261QR0405X", "314000000X")
KIND_TITLE = (
    "General Hospital",
    "Psychiatric Hospital",
    "Emergency Center",
    "Crisis Center",
    "Withdrawal Unit",
    "Care Home",
)

# Programs, by index: id, name, service line, Part 2, expected days between visits.
PROGRAMS = (
    ("outpatient", "Outpatient Counseling", "therapy", False, 28),
    ("psychiatry", "Psychiatric Services", "psychiatry", False, 90),
    ("coordination", "Care Coordination", "case_management", False, 60),
    ("youth", "Youth and Family", "therapy", False, 28),
    ("recovery", "Recovery Services", "group", True, 28),
    ("medication", "Recovery Medication Clinic", "moud", True, 28),
    ("crisis", "Crisis Response", "crisis", False, None),
)
OUTPATIENT, PSYCHIATRY, COORDINATION, YOUTH, RECOVERY, MEDICATION, CRISIS = range(7)
PROGRAM_IDS = tuple(row[0] for row in PROGRAMS)

# Groups of provider numbers other than facilities: taxonomy, number per 10,000 clients, facility type, Part 2.
(
    AGENCY,
    AGENCY_PART2,
    PRIMARY_CARE,
    OUTSIDE_MENTAL,
    LABORATORY,
    PHARMACY,
    HOSPITALIST,
    AGENCY_CLINICIAN,
) = range(8)
CLINICIANS = (
    ("251S00000X", 0, "clinic", False),
    ("261QR0405X", 0, "clinic", True),
    ("207Q00000X", 60, None, False),
    ("103TC0700X", 40, None, False),
    ("291U00000X", 2, "other", False),
    ("333600000X", 10, "other", False),
    ("208M00000X", 30, None, False),
    ("1041C0700X", 90, None, False),
)
SHARE_OF_PART2_MANAGERS = 0.22


@dataclass(frozen=True)
class Organization:
    """The agency and the providers around it; facilities and managers are indices."""

    sites: int
    facility_kind: Array
    clinician_group: Array
    therapists: int
    psychiatrists: int
    peers: int
    manager_site: Array
    manager_in_part2: Array
    manager: Array  # per person: index of the care manager, -1 if unassigned
    is_assigned: Array  # per person: whether the assignment is active at the end of the period
    leave: Leave

    def facilities(self, kind: int) -> Array:
        """Indices of the facilities of this kind."""
        return np.flatnonzero(self.facility_kind == kind)

    def npi(self, facility: Array) -> pl.Series:
        """NPIs of facilities; null for a negative index."""
        return label([f"91{number:08d}" for number in range(len(self.facility_kind))], facility)

    def worker(self, manager: Array, clock: Array) -> Array:
        """Who works for these managers' clients: the manager, the cover while they are away, -1 without one."""
        day = np.asarray(clock) // DAY
        away, cover = self.leave.at(manager, day)
        worker = np.where(away, cover, manager)
        return np.where(self.leave.at(worker, day)[0], -1, worker)

    def clinician(self, group: int, spread: Array) -> Array:
        """A clinician of the group for each row; equal values of `spread` give the same clinician."""
        members = np.flatnonzero(self.clinician_group == group)
        return members[np.asarray(spread) % len(members)]

    def clinician_npi(self, clinician: Array) -> pl.Series:
        """NPIs of clinicians; null for a negative index."""
        return label([f"92{number:08d}" for number in range(len(self.clinician_group))], clinician)

    def facility_taxonomy(self, facility: Array) -> pl.Series:
        """Taxonomy codes of facilities."""
        return label([KIND_TAXONOMY[kind] for kind in self.facility_kind], facility)

    def clinician_taxonomy(self, clinician: Array) -> pl.Series:
        """Taxonomy codes of clinicians."""
        return label([CLINICIANS[group][0] for group in self.clinician_group], clinician)

    def facility_name(self, facility: Array) -> pl.Series:
        """Fictitious names of facilities."""
        names = [
            f"{words.TOWN[i % len(words.TOWN)]} {KIND_TITLE[kind]}"
            for i, kind in enumerate(self.facility_kind)
        ]
        return label(names, facility)


def site_count(clients: int) -> int:
    """Number of sites of an agency of this size."""
    return min(3 + clients // 10_000, 12)


def manager_id(index: Array) -> pl.Series:
    """Staff ids of care managers; null for a negative index."""
    ids = numbered("cm-", np.maximum(index, 0) + 1, 4)
    return ids.set(pl.Series(np.asarray(index) < 0), None) if (np.asarray(index) < 0).any() else ids


def supervisors(agency: Organization) -> int:
    """Number of supervisors: one for eight managers."""
    return max(1, -(-len(agency.manager_site) // 8))


def supervisor_id(agency: Organization, site: Array) -> pl.Series:
    """Staff ids of the supervisors who decide for clients of these sites."""
    return numbered("sv-", np.asarray(site) % supervisors(agency) + 1, 4)


def build_organization(people: People, sites: int, period: Period, seed: int) -> Organization:
    """Build the agency for these people: facilities by its size, and caseloads of 25 to 75 clients per manager."""
    draw = Draw(seed, "organization")
    clients = int(people.is_client.sum())
    acute = min(3 + clients // 12_000, 16)
    kinds = (
        [ACUTE] * acute
        + [PSYCHIATRIC] * (1 + acute // 6)
        + [FREESTANDING_ED]
        + [CRISIS_CENTER] * (1 + acute // 8)
    )
    group = [
        index
        for index, row in enumerate(CLINICIANS)
        for _ in range(max(1, min(row[1] * clients // 10_000, 900)))
    ]
    last_day = period.t1 // DAY
    current = people.is_client & (np.minimum(people.leaves_day, NEVER) >= last_day)
    owned = people.is_client & ~draw.chance(rates.UNASSIGNED, len(people))
    manager = np.full(len(people), -1)
    manager_site: list[int] = []
    in_part2: list[bool] = []
    for site in range(sites):
        here = np.flatnonzero(owned & current & (people.site == site))
        if len(here) == 0:
            continue
        # Clients of the Part 2 programs sort first: the first managers of each site belong to those programs.
        here = here[
            np.argsort(~people.in_part2[here] + draw.rng.random(len(here)) * 1.3, kind="stable")
        ]
        team = max(1, round(len(here) * 2 / (rates.CASELOAD_LOW + rates.CASELOAD_HIGH)))
        room = draw.uniform(rates.CASELOAD_LOW + 5, rates.CASELOAD_HIGH - 8, team)
        edges = np.floor(np.cumsum(room) * len(here) / room.sum() + 1e-9).astype(np.int64)
        manager[here] = len(manager_site) + np.searchsorted(
            edges, np.arange(len(here)), side="right"
        )
        manager_site += [site] * team
        in_part2 += [index < max(1, round(SHARE_OF_PART2_MANAGERS * team)) for index in range(team)]
    past = np.flatnonzero(owned & ~current)
    manager[past] = draw.integers(0, max(len(manager_site) - 1, 0), len(past))
    return Organization(
        sites=sites,
        facility_kind=np.array([*kinds, DETOX, NURSING, NURSING]),
        clinician_group=np.array(group),
        therapists=max(4, clients // 110),
        psychiatrists=max(2, clients // 450),
        peers=max(2, clients // 600),
        manager_site=np.array(manager_site, dtype=np.int64),
        manager_in_part2=np.array(in_part2, dtype=bool),
        manager=manager,
        is_assigned=owned & current,
        leave=draw_leave(len(manager_site), period, seed),
    )


def provider_rows(agency: Organization) -> pl.DataFrame:
    """Rows of ehr.provider: facilities, then clinicians."""
    facility, clinician = (
        np.arange(len(agency.facility_kind)),
        np.arange(len(agency.clinician_group)),
    )
    group = agency.clinician_group
    return pl.concat(
        [
            pl.DataFrame(
                {
                    "npi": agency.npi(facility),
                    "provider_name": agency.facility_name(facility),
                    "taxonomy_code": agency.facility_taxonomy(facility),
                    "facility_type": label(KIND_NAME, agency.facility_kind),
                    "is_part2": agency.facility_kind == DETOX,
                }
            ),
            pl.DataFrame(
                {
                    "npi": agency.clinician_npi(clinician),
                    "provider_name": numbered("Provider ", clinician + 1),
                    "taxonomy_code": agency.clinician_taxonomy(clinician),
                    "facility_type": label([row[2] for row in CLINICIANS], group),
                    "is_part2": np.array([row[3] for row in CLINICIANS])[group],
                }
            ),
        ]
    )


def program_rows() -> pl.DataFrame:
    """Rows of ehr.program."""
    names = (
        "program_id",
        "program_name",
        "service_line",
        "is_part2",
        "expected_visit_interval_days",
    )
    return pl.DataFrame(list(PROGRAMS), schema=list(names), orient="row")


def staff_rows(agency: Organization, seed: int) -> pl.DataFrame:
    """Rows of ehr.staff: managers, therapists, psychiatrists, peers, supervisors, leaders, a privacy officer."""
    draw = Draw(seed, "staff")
    managers = len(agency.manager_site)
    groups = (
        ("cm-", "care_manager", managers),
        ("th-", "therapist", agency.therapists),
        ("md-", "psychiatrist", agency.psychiatrists),
        ("pe-", "peer", agency.peers),
        ("sv-", "supervisor", supervisors(agency)),
        ("ld-", "leader", 3),
        ("po-", "privacy_officer", 1),
    )
    frames = []
    for prefix, role, count in groups:
        site = agency.manager_site if role == "care_manager" else np.arange(count) % agency.sites
        frames.append(
            pl.DataFrame(
                {
                    "staff_id": numbered(prefix, np.arange(count) + 1, 4),
                    "staff_name": label(words.FIRST, draw.integers(0, len(words.FIRST) - 1, count))
                    + " "
                    + label(words.LAST, draw.integers(0, len(words.LAST) - 1, count)),
                    "role": label([role], np.zeros(count)),
                    "team": label([f"team-{index + 1:02d}" for index in range(agency.sites)], site),
                    "site_id": numbered("site-", site + 1, 2),
                    "languages": label(
                        ["English", "English;Spanish"], draw.pick([0.75, 0.25], count)
                    ),
                    "shift_minutes": np.where(draw.chance(0.12, count), 300, 480),
                    "available_from_time": label(["08:30", "07:30"], draw.pick([0.8, 0.2], count)),
                    "available_to_time": label(["17:00", "18:30"], draw.pick([0.8, 0.2], count)),
                }
            )
        )
    return pl.concat(frames)


def staff_program_rows(agency: Organization, period: Period) -> pl.DataFrame:
    """Rows of ehr.staff_program: every manager in care coordination, Part 2 managers also in both Part 2 programs."""
    managers = np.arange(len(agency.manager_site))
    special = managers[agency.manager_in_part2]
    who = np.concatenate([managers, special, special])
    program = np.concatenate(
        [
            np.full(len(managers), COORDINATION),
            np.full(len(special), RECOVERY),
            np.full(len(special), MEDICATION),
        ]
    )
    return pl.DataFrame(
        {
            "staff_id": manager_id(who),
            "program_id": label(PROGRAM_IDS, program),
            "start_date": dates(np.full(len(who), period.t0 // DAY - 200)),
            "end_date": dates(np.full(len(who), NEVER)),
        }
    )


def staff_leave_rows(agency: Organization) -> tuple[pl.DataFrame, Array]:
    """Rows of ehr.staff_leave, and when each becomes known."""
    leave = agency.leave
    rows = pl.DataFrame(
        {
            "staff_id": manager_id(leave.manager),
            "start_date": dates(leave.start),
            "end_date": dates(leave.end),
            "cover_staff_id": manager_id(leave.cover),
        }
    )
    return rows, (leave.start - np.where(leave.is_planned, 20, 0)) * DAY


def time_log_rows(agency: Organization, period: Period, seed: int) -> tuple[pl.DataFrame, Array]:
    """Rows of ehr.time_log for the last 91 days, and when each becomes known.

    330 to 400 minutes of a day at work are coordination.
    """
    draw = Draw(seed, "time")
    managers = len(agency.manager_site)
    days = np.arange(period.t1 // DAY - 91, period.t1 // DAY)
    days = days[(days + 3) % 7 < 5]
    who, work = np.tile(np.arange(managers), len(days)), np.repeat(days, managers)
    coordination = draw.integers(330, 400, len(who))
    paperwork = draw.integers(30, 60, len(who))
    minutes = np.stack(
        [coordination, paperwork, np.maximum(480 - coordination - paperwork, 0)], axis=1
    ).ravel()
    away, _ = agency.leave.at(who, work)
    # A day away has one row; a day at work has three.
    activity = np.where(np.repeat(away, 3), 3, np.tile([0, 1, 2], len(who)))
    minutes = np.where(np.repeat(away, 3), 480, minutes)
    kept = np.flatnonzero(~np.repeat(away, 3) | (np.tile([0, 1, 2], len(who)) == 0))
    names = ["direct_coordination", "documentation", "meeting", "leave"]
    rows = pl.DataFrame(
        {
            "staff_id": manager_id(np.repeat(who, 3)[kept]),
            "work_date": dates(np.repeat(work, 3)[kept]),
            "activity": label(names, activity[kept]),
            "minutes": minutes[kept],
        }
    )
    return rows, np.repeat(work, 3)[kept] * DAY + 18 * 3_600


def survey_rows(period: Period, clients: int, seed: int) -> pl.DataFrame:
    """Rows of ehr.survey: yearly experience surveys, aggregated by program and topic."""
    draw = Draw(seed, "survey")
    topics = ("access", "quality", "outcomes", "satisfaction")
    last_day = period.t1 // DAY
    rounds = (
        [last_day - 400, last_day - 45] if period.t0 // DAY < last_day - 400 else [last_day - 45]
    )
    grid = [
        (program, topic, when)
        for program in range(len(PROGRAMS))
        for topic in topics
        for when in rounds
    ]
    asked = draw.integers(max(clients // 60, 3), max(clients // 30, 6), len(grid))
    return pl.DataFrame(
        {
            "survey_id": numbered("sv", np.arange(len(grid)) + 1, 5),
            "instrument": label(["pec", "yfec"], np.array([int(row[0] == YOUTH) for row in grid])),
            "program_id": label(PROGRAM_IDS, np.array([row[0] for row in grid])),
            "survey_date": dates(np.array([row[2] for row in grid])),
            "domain": pl.Series([row[1] for row in grid]),
            "n_respondents": asked,
            "n_positive": (asked * draw.uniform(0.62, 0.9, len(grid))).astype(np.int64),
        }
    )


def service_taxonomy(line: Array) -> pl.Series:
    """Taxonomy code of the agency's clinicians, by service line."""
    return label(codes.SERVICE_TAXONOMY, line)

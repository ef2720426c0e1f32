"""Medical claims: stays, emergency visits, the agency's visits, and other outpatient care.

Builds headers (one row per claim), then versions: denied, replaced (frequency 7), voided (frequency 8), rebilled.
`claim_lines` adds the lines. The final version of a claim has the dates of its episode; an earlier version can have a
wrong discharge date. Must not be here: eligibility, pharmacy (`payers`), CPT descriptors.
"""

import numpy as np

from synthetic import codes, hospital, rates
from synthetic.draw import Array, Draw, Table, ordinal, stack, take
from synthetic.feeds.claim_shapes import (
    CRISIS,
    DENIED,
    DETOX_STAY,
    LAB,
    MEDICAL_STAY,
    NURSING,
    OBSERVATION,
    OFFICE,
    OTHER_MENTAL,
    PAID,
    PLACE,
    PSYCH_STAY,
    REPLACEMENT,
    RIDE,
    ROOM,
    ROOM_VISIT,
    SERVICE,
    SHAPES,
    VOID,
    WARD_VISITS,
)
from synthetic.feeds.payers import member_number
from synthetic.organization import (
    AGENCY,
    AGENCY_CLINICIAN,
    AGENCY_PART2,
    HOSPITALIST,
    LABORATORY,
    MEDICATION,
    OUTSIDE_MENTAL,
    PRIMARY_CARE,
    RECOVERY,
    Organization,
)
from synthetic.people import UNINSURED, People
from synthetic.timeline import DAY, HOUR, Period


def _header(
    person: Array,
    start: Array,
    end: Array,
    shape: int,
    lines: Array | int,
    dx: Array,
    dx_2: Array,
    **more: Array | int,
) -> Table:
    n = len(person)
    table = {
        "person": person,
        "start": start // DAY,
        "end": end // DAY,
        "shape": shape,
        "lines": lines,
        "dx": dx,
        "dx_2": dx_2,
        "facility": -1,
        "clinician": -1,
        "billing": -1,
        "place": -1,
        "disposition": -1,
        "procedure": -1,
        "modality": -1,
        "from_ed": 0,
        "price": 1.0,
    } | more
    return {name: np.broadcast_to(np.asarray(value), n).copy() for name, value in table.items()}


def _episode_headers(
    people: People, episodes: Table, agency: Organization, period: Period, draw: Draw
) -> list[Table]:
    over = take(episodes, np.flatnonzero(episodes["end"] < period.t1))
    tables = []
    ward = {
        hospital.PSYCH_STAY: PSYCH_STAY,
        hospital.MEDICAL_STAY: MEDICAL_STAY,
        hospital.DETOX_STAY: DETOX_STAY,
        hospital.OBSERVATION: OBSERVATION,
        hospital.NONACUTE: NURSING,
    }
    psychiatric = agency.facilities(1)
    for kind, shape in ward.items():
        rows = take(over, np.flatnonzero(over["kind"] == kind))
        basic = len(SHAPES[shape][3]) - (
            1 if shape in (PSYCH_STAY, MEDICAL_STAY, OBSERVATION) else 0
        )
        spread = people.number[rows["person"]] + rows["facility"]
        shared = {
            "facility": rows["facility"],
            "disposition": rows["disposition"],
            "from_ed": rows["from_ed"].astype(np.int64),
        }
        common = (rows["person"], rows["start"], rows["end"])
        tables.append(
            _header(*common, shape, basic + shared["from_ed"], rows["dx"], rows["dx_2"], **shared)
        )
        days = np.maximum(rows["end"] // DAY - rows["start"] // DAY, 1)
        place = np.where(
            np.isin(rows["facility"], psychiatric),
            PLACE["51"],
            PLACE[
                "31"
                if shape == NURSING
                else "22"
                if shape == OBSERVATION
                else "55"
                if shape == DETOX_STAY
                else "21"
            ],
        )
        doctor = agency.clinician(HOSPITALIST, spread)
        tables.append(
            _header(
                *common,
                WARD_VISITS,
                np.clip(days, 1, 5),
                rows["dx"],
                rows["dx_2"],
                place=place,
                clinician=doctor,
                billing=doctor,
                facility=rows["facility"],
            )
        )
        came = take(rows, np.flatnonzero(rows["from_ed"]))
        doctor = agency.clinician(HOSPITALIST, came["person"] + 5)
        tables.append(
            _header(
                came["person"],
                came["start"],
                came["start"],
                ROOM_VISIT,
                1,
                came["dx"],
                came["dx_2"],
                place=PLACE["23"],
                clinician=doctor,
                billing=doctor,
            )
        )
    rooms = take(over, np.flatnonzero(np.isin(over["kind"], hospital.EMERGENCY)))
    n = len(rooms["person"])
    tables.append(
        _header(
            rooms["person"],
            rooms["start"],
            rooms["end"],
            ROOM,
            draw.integers(1, 3, n),
            rooms["dx"],
            rooms["dx_2"],
            facility=rooms["facility"],
            disposition=rooms["disposition"],
        )
    )
    doctor = agency.clinician(HOSPITALIST, people.number[rooms["person"]] + 3)
    tables.append(
        _header(
            rooms["person"],
            rooms["start"],
            rooms["start"],
            ROOM_VISIT,
            1,
            rooms["dx"],
            rooms["dx_2"],
            place=PLACE["23"],
            clinician=doctor,
            billing=doctor,
        )
    )
    crisis = take(over, np.flatnonzero(over["kind"] == hospital.CRISIS))
    tables.append(
        _header(
            crisis["person"],
            crisis["start"],
            crisis["end"],
            CRISIS,
            draw.integers(1, 2, len(crisis["person"])),
            crisis["dx"],
            crisis["dx_2"],
            place=PLACE["15"],
            facility=crisis["facility"],
        )
    )
    return tables


def _visit_headers(
    people: People, visits: Table, elsewhere: Table, agency: Organization, draw: Draw
) -> list[Table]:
    billed = take(visits, np.flatnonzero(draw.chance(rates.VISIT_BILLED, len(visits["start"]))))
    person, line, n = billed["person"], billed["line"], len(billed["start"])
    clinician = agency.clinician(AGENCY_CLINICIAN, people.number[person] + line)
    part2 = np.isin(billed["program"], (RECOVERY, MEDICATION))
    clinic = np.where(
        part2, agency.clinician(AGENCY_PART2, person), agency.clinician(AGENCY, person)
    )
    place = np.array([PLACE[code] for code in codes.MODALITY_PLACE])[billed["modality"]]
    own = _header(
        person,
        billed["start"],
        billed["start"],
        SERVICE,
        1 + draw.chance(0.12, n),
        billed["dx"],
        billed["dx_2"],
        clinician=clinician,
        billing=clinic,
        place=place,
        procedure=line,
        modality=billed["modality"],
        price=np.array(codes.SERVICE_PRICE)[line].astype(float),
    )
    who = elsewhere["person"]
    substance = np.array([codes.INDEX[code] for code in codes.SUBSTANCES])[
        np.maximum(people.substance[who], 0)
    ]
    dx = np.where(elsewhere["is_substance"], substance, people.diagnosis[who])
    other = agency.clinician(OUTSIDE_MENTAL, people.number[who])
    return [
        own,
        _header(
            who,
            elsewhere["at"],
            elsewhere["at"],
            OTHER_MENTAL,
            1,
            dx,
            np.full(len(who), -1),
            clinician=other,
            billing=other,
            place=PLACE["11"],
        ),
    ]


def _other_headers(
    people: People, episodes: Table, agency: Organization, period: Period, draw: Draw
) -> list[Table]:
    n_people = len(people)
    need = (
        0.7 + 0.5 * (people.age >= 45) + 0.6 * people.has_diabetes + 0.3 * people.has_hypertension
    )
    person = np.repeat(
        np.arange(n_people),
        draw.rng.poisson(rates.BACKGROUND_CLAIMS_PER_YEAR * period.years * need),
    )
    day = draw.integers(period.t0, period.t1 - 1, len(person))
    free = np.flatnonzero(
        ~hospital.in_stay(episodes, person, day) & (day < people.death_day[person] * DAY)
    )
    person, day, n = person[free], day[free], len(free)
    listed = np.array([codes.INDEX[code] for code in codes.MEDICAL_OFFICE])
    dx = listed[draw.integers(0, len(listed) - 1, n)]
    dx = np.where(
        (dx == codes.INDEX["E11.9"]) & ~people.has_diabetes[person], codes.INDEX["Z00.00"], dx
    )
    dx = np.where(
        (dx == codes.INDEX["I10"]) & ~people.has_hypertension[person], codes.INDEX["M54.50"], dx
    )
    mental_too = draw.chance(0.15, n) & ~hospital.in_lapse(episodes, person, day)
    dx_2 = np.where(mental_too, people.diagnosis[person], -1)
    kind = draw.pick([0.62, 0.28, 0.10], n)
    tables = []
    for index, (shape, place, group) in enumerate(
        ((OFFICE, "11", PRIMARY_CARE), (LAB, "81", LABORATORY), (RIDE, "41", LABORATORY))
    ):
        rows = np.flatnonzero(kind == index)
        clinician = agency.clinician(group, people.number[person[rows]])
        lines = draw.integers(1, 3, len(rows)) if shape != RIDE else 1
        tables.append(
            _header(
                person[rows],
                day[rows],
                day[rows],
                shape,
                lines,
                dx[rows],
                np.where(shape == OFFICE, dx_2[rows], -1),
                clinician=clinician,
                billing=clinician,
                place=PLACE[place],
            )
        )
    return tables


def simulate_claims(
    people: People,
    episodes: Table,
    visits: Table,
    elsewhere: Table,
    agency: Organization,
    period: Period,
    seed: int,
    chunk: int,
) -> Table:
    """Generate the claims of these people, one row per version.

    Returns:
        The columns of `_header` and number (of the claim, unique per payer), original (number of the corrected claim or
        -1), frequency, status, paid_day, sent (clock at which the payer's extract has the claim), sign (-1 for a void),
        shift (days to subtract from the end date in this version).
    """
    draw = Draw(seed, "claims", chunk)
    headers = stack(
        [
            *_episode_headers(people, episodes, agency, period, draw),
            *_visit_headers(people, visits, elsewhere, agency, draw),
            *_other_headers(people, episodes, agency, period, draw),
        ]
    )
    insured = people.insurance[headers["person"]] != UNINSURED
    headers = take(headers, np.flatnonzero(insured))
    headers = take(
        headers, np.lexsort((headers["shape"], headers["end"], headers["start"], headers["person"]))
    )
    n = len(headers["person"])
    base = (member_number(people, headers["person"]) * 1_000 + ordinal(headers["person"])) * 10
    lag = np.where(
        draw.chance(rates.CLAIM_LATE, n), draw.integers(61, 150, n), draw.integers(9, 60, n)
    )
    outcome = draw.pick(
        [
            1 - rates.CLAIM_REPLACED - rates.CLAIM_VOIDED - rates.CLAIM_DENIED,
            rates.CLAIM_REPLACED,
            rates.CLAIM_VOIDED,
            rates.CLAIM_DENIED,
        ],
        n,
    )
    headers |= {
        "number": base,
        "original": np.full(n, -1),
        "frequency": np.zeros(n, dtype=np.int64),
        "status": np.where(outcome == 3, DENIED, PAID),
        "paid_day": headers["end"] + lag,
        "sign": np.ones(n),
        "shift": np.zeros(n, dtype=np.int64),
    }
    headers["sent"] = headers["paid_day"] * DAY + 36 * HOUR

    replaced, voided = np.flatnonzero(outcome == 1), np.flatnonzero(outcome == 2)
    correction = take(headers, replaced)
    later = draw.integers(15, 70, len(replaced))
    correction |= {
        "number": correction["number"] + 1,
        "original": correction["number"],
        "frequency": np.full(len(replaced), REPLACEMENT),
        "paid_day": correction["paid_day"] + later,
        "sent": correction["sent"] + later * DAY,
        "price": correction["price"] * 0.9,
    }
    # Some original claims of stays have a discharge date one day too early; the replacement corrects it.
    long_stay = headers["end"] - headers["start"] >= 2
    wrong = replaced[
        long_stay[replaced]
        & (headers["shape"][replaced] <= MEDICAL_STAY)
        & draw.chance(rates.STAY_DATE_CORRECTED, len(replaced))
    ]
    headers["shift"][wrong] = 1
    void = take(headers, voided)
    later = draw.integers(15, 70, len(voided))
    void |= {
        "number": void["number"] + 2,
        "original": void["number"],
        "frequency": np.full(len(voided), VOID),
        "paid_day": void["paid_day"] + later,
        "sent": void["sent"] + later * DAY,
        "sign": -np.ones(len(voided)),
    }
    void_first = np.flatnonzero(draw.chance(rates.VOID_BEFORE_ORIGINAL, len(voided)))
    headers["sent"][voided[void_first]] = void["sent"][void_first] + 20 * DAY
    again = np.flatnonzero(draw.chance(rates.VOID_REBILLED, len(voided)))
    rebilled = take(headers, voided[again])
    more = draw.integers(5, 20, len(again))
    rebilled |= {
        "number": rebilled["number"] + 3,
        "paid_day": void["paid_day"][again] + more,
        "sent": void["sent"][again] + more * DAY,
    }
    return stack([headers, correction, void, rebilled])

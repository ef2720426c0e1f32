"""Medical claims for everything that was paid for: stays, emergency visits, the agency's visits, other outpatient care.

Headers first (one row per claim), then versions (denied, replaced with frequency 7, voided with 8, billed again), then lines.
Institutional claims carry bill type, revenue codes and DRG, professional ones place of service; both carry the same dates as the
episode they tell of, sooner or later. Must not be here: eligibility, pharmacy (`payers`), or any CPT descriptor.
"""

import numpy as np
import polars as pl

from synthetic import codes, hospital, rates
from synthetic.draw import Array, Draw, Table, label, numbered, ordinal, repeat, stack, take
from synthetic.landing import Rows
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
    service_taxonomy,
)
from synthetic.payers import member_columns, member_number
from synthetic.people import UNINSURED, People
from synthetic.timeline import DAY, HOUR, Period, dates

# Shapes of claims: revenue codes (institutional) or procedures (professional) line by line, and the price of a line.
# "*" is the visit's own procedure. The emergency-room line stands last, for stays that came that way.
SHAPES = (
    ("psychiatric stay", ("0124", "0250", "0300", "0915", "0914", "0450"), (), (1150, 60, 85, 140, 160, 620)),
    ("medical stay", ("0120", "0250", "0300", "0270", "0320", "0450"), (), (1900, 160, 210, 240, 310, 700)),
    ("withdrawal stay", ("0126", "0250", "0300", "0944"), (), (780, 50, 80, 120)),
    ("observation", ("0762", "0300", "0450"), ("G0378", None, None), (1100, 190, 640)),
    ("nursing stay", ("0190", "0420", "0250"), (), (310, 120, 60)),
    ("emergency room", ("0450", "0300", "0250"), ("99284", None, None), (640, 150, 60)),
    ("hospital visits", (), ("99223", "99232", "99232", "99232", "99239"), (210, 110, 110, 110, 140)),
    ("emergency physician", (), ("99284",), (260,)),
    ("crisis center", (), ("S9485", "H2011"), (420, 190)),
    ("agency service", (), ("*", "96127"), (1, 8)),
    ("other mental health", (), ("90834",), (110,)),
    ("office", (), ("99213", "36415", "83036"), (95, 6, 14)),
    ("laboratory", (), ("80053", "80061", "G0480"), (18, 22, 64)),
    ("ride", (), ("T2003",), (38,)),
)
(PSYCH_STAY, MEDICAL_STAY, DETOX_STAY, OBSERVATION, NURSING, ROOM, WARD_VISITS, ROOM_VISIT, CRISIS, SERVICE, OTHER_MENTAL,
 OFFICE, LAB, RIDE) = range(14)
WIDEST = max(len(price) for _, _, _, price in SHAPES)
BILL_TYPE = ("111", "111", "111", "131", "211", "131", *([None] * 8))
PLACES = ("21", "51", "55", "23", "15", "11", "81", "41", "53", "22", "10", "12", "99", "31")
PLACE = {code: index for index, code in enumerate(PLACES)}
ORIGINAL, REPLACEMENT, VOID = range(3)
PAID, DENIED = range(2)


def _grid(pick: int) -> pl.Series:
    cells: list[str | None] = []
    for shape in SHAPES:
        listed = shape[pick]
        cells += [*listed, *([None] * (WIDEST - len(listed)))]  # type: ignore[misc]
    return pl.Series(cells, dtype=pl.String)


def _header(person: Array, start: Array, end: Array, shape: int, lines: Array | int, dx: Array, dx_2: Array, **more: Array | int) -> Table:
    n = len(person)
    table = {
        "person": person, "start": start // DAY, "end": end // DAY, "shape": shape, "lines": lines, "dx": dx, "dx_2": dx_2,
        "facility": -1, "clinician": -1, "billing": -1, "place": -1, "disposition": -1, "procedure": -1, "modality": -1, "from_ed": 0,
        "price": 1.0,
    } | more
    return {name: np.broadcast_to(np.asarray(value), n).copy() for name, value in table.items()}


def _of_episodes(people: People, episodes: Table, agency: Organization, period: Period, draw: Draw) -> list[Table]:
    over = take(episodes, np.flatnonzero(episodes["end"] < period.t1))
    tables = []
    ward = {hospital.PSYCH_STAY: PSYCH_STAY, hospital.MEDICAL_STAY: MEDICAL_STAY, hospital.DETOX_STAY: DETOX_STAY,
            hospital.OBSERVATION: OBSERVATION, hospital.NONACUTE: NURSING}
    psychiatric = agency.facilities(1)
    for kind, shape in ward.items():
        rows = take(over, np.flatnonzero(over["kind"] == kind))
        basic = len(SHAPES[shape][3]) - (1 if shape in (PSYCH_STAY, MEDICAL_STAY, OBSERVATION) else 0)
        spread = people.number[rows["person"]] + rows["facility"]
        shared = {"facility": rows["facility"], "disposition": rows["disposition"], "from_ed": rows["from_ed"].astype(np.int64)}
        common = (rows["person"], rows["start"], rows["end"])
        tables.append(_header(*common, shape, basic + shared["from_ed"], rows["dx"], rows["dx_2"], **shared))
        days = np.maximum(rows["end"] // DAY - rows["start"] // DAY, 1)
        place = np.where(np.isin(rows["facility"], psychiatric), PLACE["51"], PLACE["31" if shape == NURSING else "22" if shape == OBSERVATION else "55" if shape == DETOX_STAY else "21"])
        doctor = agency.clinician(HOSPITALIST, spread)
        tables.append(_header(*common, WARD_VISITS, np.clip(days, 1, 5), rows["dx"], rows["dx_2"], place=place,
                              clinician=doctor, billing=doctor, facility=rows["facility"]))
        came = take(rows, np.flatnonzero(rows["from_ed"]))
        doctor = agency.clinician(HOSPITALIST, came["person"] + 5)
        tables.append(_header(came["person"], came["start"], came["start"], ROOM_VISIT, 1, came["dx"], came["dx_2"],
                              place=PLACE["23"], clinician=doctor, billing=doctor))
    rooms = take(over, np.flatnonzero(np.isin(over["kind"], hospital.EMERGENCY)))
    n = len(rooms["person"])
    tables.append(_header(rooms["person"], rooms["start"], rooms["end"], ROOM, draw.whole(1, 3, n), rooms["dx"], rooms["dx_2"],
                          facility=rooms["facility"], disposition=rooms["disposition"]))
    doctor = agency.clinician(HOSPITALIST, people.number[rooms["person"]] + 3)
    tables.append(_header(rooms["person"], rooms["start"], rooms["start"], ROOM_VISIT, 1, rooms["dx"], rooms["dx_2"],
                          place=PLACE["23"], clinician=doctor, billing=doctor))
    crisis = take(over, np.flatnonzero(over["kind"] == hospital.CRISIS))
    tables.append(_header(crisis["person"], crisis["start"], crisis["end"], CRISIS, draw.whole(1, 2, len(crisis["person"])),
                          crisis["dx"], crisis["dx_2"], place=PLACE["15"], facility=crisis["facility"]))
    return tables


def _of_visits(people: People, visits: Table, elsewhere: Table, agency: Organization, draw: Draw) -> list[Table]:
    billed = take(visits, np.flatnonzero(draw.chance(rates.VISIT_BILLED, len(visits["start"]))))
    person, line, n = billed["person"], billed["line"], len(billed["start"])
    clinician = agency.clinician(AGENCY_CLINICIAN, people.number[person] + line)
    part2 = np.isin(billed["program"], (RECOVERY, MEDICATION))
    clinic = np.where(part2, agency.clinician(AGENCY_PART2, person), agency.clinician(AGENCY, person))
    place = np.array([PLACE[code] for code in codes.MODALITY_PLACE])[billed["modality"]]
    own = _header(
        person, billed["start"], billed["start"], SERVICE, 1 + draw.chance(0.12, n), billed["dx"], billed["dx_2"], clinician=clinician,
        billing=clinic, place=place, procedure=line, modality=billed["modality"], price=np.array(codes.SERVICE_PRICE)[line].astype(float),
    )
    who = elsewhere["person"]
    substance = np.array([codes.INDEX[code] for code in codes.SUBSTANCES])[np.maximum(people.substance[who], 0)]
    dx = np.where(elsewhere["is_substance"], substance, people.diagnosis[who])
    other = agency.clinician(OUTSIDE_MENTAL, people.number[who])
    return [own, _header(who, elsewhere["at"], elsewhere["at"], OTHER_MENTAL, 1, dx, np.full(len(who), -1), clinician=other,
                         billing=other, place=PLACE["11"])]


def _of_other_care(people: People, episodes: Table, agency: Organization, period: Period, draw: Draw) -> list[Table]:
    n_people = len(people)
    need = 0.7 + 0.5 * (people.age >= 45) + 0.6 * people.has_diabetes + 0.3 * people.has_hypertension
    person = np.repeat(np.arange(n_people), draw.rng.poisson(rates.BACKGROUND_CLAIMS_PER_YEAR * period.years * need))
    day = draw.whole(period.t0, period.t1 - 1, len(person))
    free = np.flatnonzero(~hospital.in_stay(episodes, person, day) & (day < people.death_day[person] * DAY))
    person, day, n = person[free], day[free], len(free)
    listed = np.array([codes.INDEX[code] for code in codes.MEDICAL_OFFICE])
    dx = listed[draw.whole(0, len(listed) - 1, n)]
    dx = np.where((dx == codes.INDEX["E11.9"]) & ~people.has_diabetes[person], codes.INDEX["Z00.00"], dx)
    dx = np.where((dx == codes.INDEX["I10"]) & ~people.has_hypertension[person], codes.INDEX["M54.50"], dx)
    mental_too = draw.chance(0.15, n) & ~hospital.in_lapse(episodes, person, day)
    dx_2 = np.where(mental_too, people.diagnosis[person], -1)
    kind = draw.pick([0.62, 0.28, 0.10], n)
    tables = []
    for index, (shape, place, group) in enumerate(((OFFICE, "11", PRIMARY_CARE), (LAB, "81", LABORATORY), (RIDE, "41", LABORATORY))):
        rows = np.flatnonzero(kind == index)
        clinician = agency.clinician(group, people.number[person[rows]])
        lines = draw.whole(1, 3, len(rows)) if shape != RIDE else 1
        tables.append(_header(person[rows], day[rows], day[rows], shape, lines, dx[rows],
                              np.where(shape == OFFICE, dx_2[rows], -1), clinician=clinician, billing=clinician, place=PLACE[place]))
    return tables


def bill(people: People, episodes: Table, visits: Table, elsewhere: Table, agency: Organization, period: Period, seed: int, chunk: int) -> Table:
    """Claims of these people in all their versions, one row each.

    Returns:
        The columns of `_header` and number (of the claim, unique per payer), original (number it corrects, -1), frequency, status,
        paid_day, sent (clock of arrival at the payer's extract), sign (-1 takes back), shift (days the true end is later).
    """
    draw = Draw(seed, "claims", chunk)
    headers = stack([
        *_of_episodes(people, episodes, agency, period, draw), *_of_visits(people, visits, elsewhere, agency, draw),
        *_of_other_care(people, episodes, agency, period, draw),
    ])
    insured = people.insurance[headers["person"]] != UNINSURED
    headers = take(headers, np.flatnonzero(insured))
    headers = take(headers, np.lexsort((headers["shape"], headers["end"], headers["start"], headers["person"])))
    n = len(headers["person"])
    base = (member_number(people, headers["person"]) * 1_000 + ordinal(headers["person"])) * 10
    lag = np.where(draw.chance(rates.CLAIM_LATE, n), draw.whole(61, 150, n), draw.whole(9, 60, n))
    fate = draw.pick([
        1 - rates.CLAIM_REPLACED - rates.CLAIM_VOIDED - rates.CLAIM_DENIED, rates.CLAIM_REPLACED, rates.CLAIM_VOIDED, rates.CLAIM_DENIED
    ], n)
    headers |= {
        "number": base, "original": np.full(n, -1), "frequency": np.zeros(n, dtype=np.int64),
        "status": np.where(fate == 3, DENIED, PAID), "paid_day": headers["end"] + lag, "sign": np.ones(n), "shift": np.zeros(n, dtype=np.int64),
    }
    headers["sent"] = headers["paid_day"] * DAY + 36 * HOUR

    replaced, voided = np.flatnonzero(fate == 1), np.flatnonzero(fate == 2)
    correction = take(headers, replaced)
    later = draw.whole(15, 70, len(replaced))
    correction |= {
        "number": correction["number"] + 1, "original": correction["number"], "frequency": np.full(len(replaced), REPLACEMENT),
        "paid_day": correction["paid_day"] + later, "sent": correction["sent"] + later * DAY, "price": correction["price"] * 0.9,
    }
    # Some first versions of stays told a discharge a day too early: the replacement moves it.
    long_stay = headers["end"] - headers["start"] >= 2
    wrong = replaced[long_stay[replaced] & (headers["shape"][replaced] <= MEDICAL_STAY) & draw.chance(rates.STAY_DATE_CORRECTED, len(replaced))]
    headers["shift"][wrong] = 1
    withdrawal = take(headers, voided)
    later = draw.whole(15, 70, len(voided))
    withdrawal |= {
        "number": withdrawal["number"] + 2, "original": withdrawal["number"], "frequency": np.full(len(voided), VOID),
        "paid_day": withdrawal["paid_day"] + later, "sent": withdrawal["sent"] + later * DAY, "sign": -np.ones(len(voided)),
    }
    overtaken = np.flatnonzero(draw.chance(rates.VOID_BEFORE_ORIGINAL, len(voided)))
    headers["sent"][voided[overtaken]] = withdrawal["sent"][overtaken] + 20 * DAY
    again = np.flatnonzero(draw.chance(rates.VOID_REBILLED, len(voided)))
    rebilled = take(headers, voided[again])
    more = draw.whole(5, 20, len(again))
    rebilled |= {
        "number": rebilled["number"] + 3, "paid_day": withdrawal["paid_day"][again] + more, "sent": withdrawal["sent"][again] + more * DAY,
    }
    return stack([headers, correction, withdrawal, rebilled])


def line_rows(claims: Table, people: People, agency: Organization) -> Rows:
    """Rows of claims.medical_claim, one per line and version."""
    owner, line = repeat(claims["lines"])
    cell = pl.Series(claims["shape"][owner] * WIDEST + line)
    shape, person = claims["shape"][owner], claims["person"][owner]
    revenue = _grid(1).gather(cell)
    procedure = _grid(2).gather(cell)
    own = claims["procedure"][owner]
    procedure = pl.select(pl.when(procedure == "*").then(label(codes.SERVICE_PROCEDURE, own)).otherwise(procedure)).to_series()
    start, end = claims["start"], claims["end"] - claims["shift"]
    days = np.maximum(end - start, 1)
    units = np.where((line == 0) & (shape <= NURSING), days[owner], 1)
    price = np.array([price[index] if index < len(price) else 0 for _, _, _, price in SHAPES for index in range(WIDEST)])[cell.to_numpy()]
    own_price = np.where(line == 0, claims["price"][owner], np.where(claims["price"][owner] < 1, 0.9, 1.0))
    price = np.where((shape == SERVICE) & (line == 0), own_price, price * np.where(claims["price"][owner] < 1, 0.9, 1.0))
    cents = np.round(price * units * 100 * claims["sign"][owner]).astype(np.int64)
    denied = claims["status"][owner] == DENIED
    frequency = claims["frequency"][owner]
    # Half of the voids carry no diagnosis.
    bare = (frequency == VOID) & (claims["number"][owner] // 10 % 2 == 0)
    dx, dx_2 = claims["dx"][owner], claims["dx_2"][owner]
    with_dot = people.payer[person] == 0
    stay_drg = np.array([2, 0, 3, -1, -1, *([-1] * 9)])[claims["shape"]]
    group = people.group[claims["person"]]
    stay_drg = np.where(claims["shape"] == PSYCH_STAY, np.where(group == codes.DEPRESSION, 1, 2), stay_drg)
    facility, clinician, billing = claims["facility"], claims["clinician"], claims["billing"]
    inside = claims["shape"] <= ROOM
    rendering = np.where(claims["shape"] == CRISIS, -1, clinician)
    taxonomy = np.where(claims["shape"] == SERVICE, claims["procedure"], -1)
    taxonomy_code = pl.select(
        pl.when(pl.Series(taxonomy >= 0)).then(service_taxonomy(taxonomy)).otherwise(agency.clinician_taxonomy(rendering))
    ).to_series()
    billing_npi = pl.select(
        pl.when(pl.Series(billing >= 0)).then(agency.clinician_npi(billing)).otherwise(agency.npi(facility))
    ).to_series()
    in_bed = (claims["shape"] <= DETOX_STAY) | (claims["shape"] == NURSING)
    per_claim = pl.DataFrame({
        "claim_id": numbered("", claims["number"] + 1_000_000),
        "claim_type": label(("institutional", "professional"), np.where(inside, 0, 1)),
        "claim_start_date": dates(start),
        "claim_end_date": dates(end),
        "admission_date": dates(start).set(pl.Series(~in_bed), None),
        "discharge_date": dates(end).set(pl.Series(~in_bed), None),
        "admit_source_code": label(("1", "7"), np.where(in_bed, claims["from_ed"], -1)),
        "admit_type_code": label(("3", "1"), np.where(in_bed, claims["from_ed"], -1)),
        "discharge_disposition_code": label(hospital.DISPOSITION_CODES, np.where(inside, np.maximum(claims["disposition"], 0), -1)),
        "place_of_service_code": label(PLACES, np.where(inside, -1, claims["place"])),
        "bill_type_code": label(BILL_TYPE, claims["shape"]),
        "drg_code_type": label(("ms-drg",), np.where(stay_drg >= 0, 0, -1)),
        "drg_code": label(("194", "881", "885", "897"), stay_drg),
        "hcpcs_modifier_1": label(codes.MODALITY_MODIFIER, claims["modality"]),
        "rendering_npi": agency.clinician_npi(rendering),
        "billing_npi": billing_npi,
        "facility_npi": agency.npi(facility),
        "paid_date": dates(claims["paid_day"]),
        "claim_frequency_code": label(("1", "7", "8"), claims["frequency"]),
        "original_claim_id": numbered("", claims["original"] + 1_000_000).set(pl.Series(claims["original"] < 0), None),
        "claim_status": label(("paid", "denied"), claims["status"]),
        "rendering_taxonomy_code": taxonomy_code,
        "facility_taxonomy_code": agency.facility_taxonomy(facility),
    })
    frame = per_claim[owner].with_columns(
        pl.Series("claim_line_number", line + 1),
        **member_columns(people, person),
        revenue_center_code=revenue,
        hcpcs_code=procedure,
        service_unit_quantity=pl.Series(units),
        paid_amount=_dollars(np.where(denied, 0, cents * 62 // 100)),
        allowed_amount=_dollars(np.where(denied, 0, cents * 66 // 100)),
        charge_amount=_dollars(cents),
        diagnosis_code_type=label(("icd-10-cm",), np.zeros(len(owner))),
        diagnosis_code_1=_written(np.where(bare, -1, dx), with_dot),
        diagnosis_code_2=_written(np.where(bare, -1, dx_2), with_dot),
    )
    frame = frame.with_columns(
        claim_line_start_date=pl.col("claim_start_date"), claim_line_end_date=pl.col("claim_end_date"),
    )
    return Rows("medical_claim", frame, claims["sent"][owner])


def _dollars(cents: Array) -> pl.Series:
    return pl.Series(np.asarray(cents, dtype=np.int64) / 100)


def _written(dx: Array, with_dot: Array) -> pl.Series:
    """Diagnosis codes as the payer writes them: one with the dot, the other without."""
    dotless = [code.replace(".", "") for code in codes.ALL]
    return label([*codes.ALL, *dotless], np.where(dx < 0, -1, np.where(with_dot, dx, dx + len(dotless))))

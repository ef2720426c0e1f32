"""Parses claims and their lines from 837 transactions into text columns.

Standard: 005010X222 and X223, chapters 2 and 3. Must not be here: envelopes, types, business
rules. The hierarchy is that of the guide: billing provider (HL03 20), subscriber (22), patient
(23, only if the patient is not the subscriber), claim (CLM), other payers of the claim (SBR
within it; not read), line (LX). A claim belongs to the last provider, subscriber and patient
before it. The patient is described in the patient loop, or in the subscriber loop if there is
none.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from sources.formats.x12_loops import (
    NOWHERE,
    Segments,
    components,
    first_rows,
    lookup,
    ranks,
    take_rows,
)
from sources.formats.x12_segments import code
from sources.formats.x12_values import day, last_day, time

DIAGNOSES = ("ABK", "BK", "ABF", "BF", "ABN", "BN")
PROCEDURES = ("BBR", "BR", "BBQ", "BQ")
HIGHEST = 25
_PROVIDER, _SUBSCRIBER, _PATIENT = "20", "22", "23"
_MODIFIERS = range(1, 5)
# The elements to read of each segment.
_ELEMENTS = {
    "CL1": (1, 2, 3), "CLM": (1, 2, 5), "DMG": (2, 3), "DTP": (1, 2, 3), "HI": tuple(range(1, 13)),
    "HL": (3,), "LIN": (2, 3), "LX": (1,), "N3": (1,), "N4": (1, 2, 3), "NM1": (1, 3, 4, 5, 7, 8, 9),
    "PAT": (1, 6), "PRV": (1, 2, 3), "REF": (1, 2), "SBR": (1, 2, 3, 9), "SV1": (1, 2, 3, 4, 5, 7),
    "SV2": (1, 2, 3, 4, 5),
}  # fmt: skip
# Columns that a line repeats from its claim, as parts of its key.
SHARED = (
    "payer_id", "billing_npi", "billing_tax_id", "claim_id", "claim_frequency_code",
    "payer_claim_control_number",
)  # fmt: skip


class Claims:
    """The claims in consecutive 837 segments.

    Attributes:
        positions: where each claim begins (CLM).
        line_claims: the claim number of each line, from 0.
    """

    def __init__(self, segments: Segments) -> None:
        self._all = segments
        starts = [segments.is_named(name) for name in ("ST", "SE", "HL", "CLM")]
        scope = segments.last_before(*starts)
        is_in_claim = self._begins(scope, "CLM")
        is_line = segments.is_named("LX") & is_in_claim
        is_other_payer = segments.is_named("SBR") & is_in_claim
        starts += [is_line, is_other_payer]
        self._loop_start = segments.last_before(*starts)
        self._entity = segments.last_before(*starts, segments.is_named("NM1"))
        self.positions, self._lines = segments.positions("CLM"), np.flatnonzero(is_line)
        self._loops, self._names = segments.positions("HL"), segments.positions("NM1")
        self._ordinal = np.full(len(segments.codes), NOWHERE)
        for positions in (self.positions, self._lines, self._loops, self._names):
            self._ordinal[positions] = np.arange(len(positions))
        self.line_claims = self._ordinal[scope[self._lines]]

    def _begins(self, anchors: np.ndarray, name: str) -> np.ndarray:
        """For each anchor whether it is a segment with this name."""
        return (anchors >= 0) & (self._all.codes[anchors] == code(name))

    def _owners(self, anchors: np.ndarray, positions: np.ndarray, name: str) -> np.ndarray:
        """For each position, the ordinal of the enclosing segment with this name, else NOWHERE."""
        found = anchors[positions]
        return np.where(self._begins(found, name), self._ordinal[found], NOWHERE)

    def _elements(self, name: str) -> pl.DataFrame:
        return self._all.elements(name, _ELEMENTS[name])

    def _read(
        self, name: str, owner: str, anchors: np.ndarray | None = None
    ) -> tuple[pl.DataFrame, np.ndarray]:
        """The segments of a name, and the owner of each."""
        anchors = self._loop_start if anchors is None else anchors
        return self._elements(name), self._owners(anchors, self._all.positions(name), owner)

    def _qualified(
        self, read: tuple[pl.DataFrame, np.ndarray], qualifiers: tuple[str, ...], size: int
    ) -> pl.DataFrame:
        """The first segment of each owner whose first element is one of the qualifiers."""
        frame, owners = read
        return take_rows(
            frame, first_rows(np.where(_has_value(frame, qualifiers), owners, NOWHERE), size)
        )

    @cached_property
    def _levels(self) -> np.ndarray:
        """The hierarchical level that begins at each segment, as a number; 0 if none begins there."""
        levels = np.zeros(len(self._all.codes), np.int64)
        level = self._elements("HL")["3"].str.strip_chars()
        levels[self._loops] = level.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
        return levels

    def _loop(self, level: str, *resets: str) -> np.ndarray:
        """The ordinal of each claim's loop of a level, else NOWHERE.

        A level in `resets` ends the loop.
        """
        is_level = self._levels == int(level)
        ends = np.isin(self._levels, [int(reset) for reset in resets])
        anchors = self._all.last_before(is_level, ends, self._all.is_named("ST"))[self.positions]
        is_found = (anchors >= 0) & (self._levels[anchors] == int(level))
        return np.where(is_found, self._ordinal[anchors], NOWHERE)

    @cached_property
    def _entities(self) -> pl.DataFrame:
        return self._elements("NM1")

    def _entity_rows(self, owner: str, entity: str, size: int) -> np.ndarray:
        """The first NM1 of an entity for each owner (HL, CLM or LX)."""
        owners = self._owners(self._loop_start, self._names, owner)
        return first_rows(np.where(_has_value(self._entities, (entity,)), owners, NOWHERE), size)

    @cached_property
    def _specialties(self) -> tuple[pl.DataFrame, np.ndarray]:
        frame, owners = self._read("PRV", "NM1", self._entity)
        return frame.select(pl.when(pl.col("2") == "PXC").then(pl.col("3"))), owners

    def _provider(self, rows: np.ndarray, name: str) -> list[pl.Series]:
        """NPI and taxonomy code of NM1 segments."""
        entities = take_rows(self._entities, rows)
        npi = entities.select(pl.when(pl.col("8") == "XX").then(pl.col("9"))).to_series()
        frame, owners = self._specialties
        specialty = take_rows(frame, lookup(rows, first_rows(owners, len(self._names)))).to_series()
        return [npi.alias(f"{name}_npi"), specialty.alias(f"{name}_taxonomy_code")]

    def claims(self) -> pl.DataFrame:
        """One row per claim, without the values from the envelope."""
        size = len(self.positions)
        head = self._elements("CLM")
        clm05 = components(head["5"], 3)
        billing = self._loop(_PROVIDER)
        subscriber = self._loop(_SUBSCRIBER, _PROVIDER)
        patient = self._loop(_PATIENT, _SUBSCRIBER, _PROVIDER)
        columns = [
            head["1"].alias("claim_id"),
            head["2"].alias("charge_amount"),
            clm05["1"].alias("facility_code"),
            clm05["2"].alias("facility_code_qualifier"),
            clm05["3"].alias("claim_frequency_code"),
            *self._references(size),
            *self._dates(size),
            *self._billing(billing),
            *self._payer(subscriber),
            *self._patient(subscriber, patient),
            *self._provider(self._entity_rows("CLM", "82", size), "rendering"),
            *self._provider(self._entity_rows("CLM", "71", size), "attending"),
        ]
        facility = self._entity_rows("CLM", "77", size)
        columns.append(self._provider(facility, "facility")[0])
        columns.append(take_rows(self._entities, facility)["3"].alias("facility_name"))
        frame, owners = self._read("CL1", "CLM")
        stay = take_rows(frame, first_rows(owners, size))
        for number, name in (
            ("1", "admission_type"),
            ("2", "admission_source"),
            ("3", "patient_status"),
        ):
            columns.append(stay[number].alias(f"{name}_code"))
        return pl.DataFrame([*columns, *self._codes(size)])

    def lines(self, claims: pl.DataFrame) -> pl.DataFrame:
        """One row per line; `claims` is the result of `claims()`."""
        size = len(self._lines)
        shared = take_rows(claims.select(SHARED), self.line_claims)
        lines, owners = self._read("LX", "LX")
        lines = take_rows(lines, first_rows(owners, size))
        frame, owners = self._read("SV1", "LX")
        professional = take_rows(frame, first_rows(owners, size))
        frame, owners = self._read("SV2", "LX")
        institutional = take_rows(frame, first_rows(owners, size))
        procedure = components(_first_of(professional["1"], institutional["2"]), 6)
        pointer = components(professional["7"], 4)
        days = self._qualified(self._read("DTP", "LX"), ("472",), size)
        drug, owners = self._read("LIN", "LX")
        drugs = take_rows(
            drug, first_rows(np.where(_has_value(drug, ("N4",), "2"), owners, NOWHERE), size)
        )
        control = self._qualified(self._read("REF", "LX"), ("6R",), size)
        return pl.DataFrame(
            [
                *shared.get_columns(),
                lines["1"].alias("line_number"),
                procedure["1"].alias("procedure_qualifier"),
                procedure["2"].alias("procedure_code"),
                *(procedure[str(n + 2)].alias(f"modifier_{n}") for n in _MODIFIERS),
                institutional["1"].alias("revenue_code"),
                _first_of(professional["2"], institutional["3"]).alias("charge_amount"),
                _first_of(professional["3"], institutional["4"]).alias("unit_code"),
                _first_of(professional["4"], institutional["5"]).alias("quantity"),
                professional["5"].alias("place_of_service_code"),
                *(pointer[str(n)].alias(f"diagnosis_pointer_{n}") for n in range(1, 5)),
                *_span(days, "service"),
                *self._provider(self._entity_rows("LX", "82", size), "rendering"),
                control["2"].alias("line_item_control_number"),
                drugs["3"].alias("ndc_code"),
            ]
        )

    def _references(self, size: int) -> list[pl.Series]:
        read = self._read("REF", "CLM")
        return [
            self._qualified(read, ("F8",), size)["2"].alias("payer_claim_control_number"),
            self._qualified(read, ("D9",), size)["2"].alias("clearinghouse_claim_number"),
        ]

    def _dates(self, size: int) -> list[pl.Series]:
        read = self._read("DTP", "CLM")
        found = {
            name: self._qualified(read, (qualifier,), size)
            for name, qualifier in (
                ("onset", "431"), ("statement", "434"), ("admission", "435"),
                ("discharge", "096"), ("service", "472"),
            )
        }  # fmt: skip
        is_time = pl.col("2") == "TM"
        discharge = found["discharge"].select(
            discharge_date=pl.when(~is_time).then(day(pl.col("3"))),
            discharge_time=pl.when(is_time).then(pl.col("3")).otherwise(time(pl.col("3"))),
        )
        admission = found["admission"].select(
            admission_date=day(pl.col("3")), admission_time=time(pl.col("3"))
        )
        return [
            found["onset"].select(onset_date=day(pl.col("3"))).to_series(),
            *_span(found["statement"], "statement"),
            *admission.get_columns(),
            *discharge.get_columns(),
            *_span(found["service"], "service"),
        ]

    def _billing(self, loops: np.ndarray) -> list[pl.Series]:
        rows = lookup(loops, self._entity_rows("HL", "85", len(self._loops)))
        npi = self._provider(rows, "billing")[0]
        tax = self._qualified(
            self._read("REF", "NM1", self._entity), ("EI", "SY"), len(self._names)
        )
        read = self._read("PRV", "HL", self._entity)
        specialty = take_rows(self._qualified(read, ("BI",), len(self._loops)), loops)
        return [
            npi,
            take_rows(tax, rows)["2"].alias("billing_tax_id"),
            specialty["3"].alias("billing_taxonomy_code"),
            take_rows(self._entities, rows)["3"].alias("billing_name"),
        ]

    def _payer(self, loops: np.ndarray) -> list[pl.Series]:
        frame, owners = self._read("SBR", "HL")
        policy = take_rows(frame, lookup(loops, first_rows(owners, len(self._loops))))
        rows = lookup(loops, self._entity_rows("HL", "PR", len(self._loops)))
        payer = take_rows(self._entities, rows)
        return [
            policy["1"].alias("payer_responsibility_code"),
            policy["3"].alias("group_number"),
            policy["9"].alias("claim_filing_code"),
            payer["9"].alias("payer_id"),
            payer["3"].alias("payer_name"),
        ]

    def _patient(self, subscribers: np.ndarray, patients: np.ndarray) -> list[pl.Series]:
        size = len(self._loops)
        subscriber = lookup(subscribers, self._entity_rows("HL", "IL", size))
        own = lookup(patients, self._entity_rows("HL", "QC", size))
        rows = np.where(patients >= 0, own, subscriber)
        name = take_rows(self._entities, rows)
        columns = [
            take_rows(self._entities, subscriber)["9"].alias("subscriber_id"),
            pl.Series("has_patient_loop", np.where(patients >= 0, "true", "false")),
            *(name[n].alias(f"patient_{part}_name") for n, part in _NAME_PARTS),
            name["7"].alias("patient_name_suffix"),
        ]
        for segment, numbers, names in _DETAILS:
            frame, owners = self._read(segment, "NM1", self._entity)
            detail = take_rows(frame, lookup(rows, first_rows(owners, len(self._names))))
            columns += [
                detail[str(n)].alias(f"patient_{to}") for n, to in zip(numbers, names, strict=True)
            ]
        frame, owners = self._read("PAT", "HL")
        loops = np.where(patients >= 0, patients, subscribers)
        pat = take_rows(frame, lookup(loops, first_rows(owners, size)))
        frame, owners = self._read("SBR", "HL")
        relation = take_rows(frame, lookup(subscribers, first_rows(owners, size)))
        patient = pl.DataFrame(columns).with_columns(
            day(pl.col("patient_birth_date")),
            patient_relationship_code=_first_of(pat["1"], relation["2"]),
            patient_death_date=pat["6"],
        )
        return patient.with_columns(day(pl.col("patient_death_date"))).get_columns()

    def _codes(self, size: int) -> list[pl.Series]:
        """Diagnoses, procedures and the DRG from HI, whose twelve elements are composites."""
        frame, owners = self._read("HI", "CLM")
        numbered = frame.with_columns(claim=pl.Series(owners), row=pl.int_range(pl.len())).filter(
            pl.col("claim") >= 0
        )
        long = pl.concat(
            numbered.select("claim", order=pl.col("row") * 12 + n, value=pl.col(str(n))).filter(
                pl.col("value").is_not_null()
            )
            for n in range(1, 13)
        ).sort("order")
        parts = components(long["value"], 9)
        claims = long["claim"].to_numpy()
        columns = []
        for qualifiers, names in _LISTS:
            is_listed = _has_value(parts, qualifiers)
            rows, listed = parts.filter(pl.Series(is_listed)), claims[is_listed]
            if qualifiers is DIAGNOSES:
                columns.append(_counts(listed, size))
            rank = ranks(listed)
            for n in range(min(HIGHEST, int(rank.max(initial=-1)) + 1)):
                here = take_rows(rows, first_rows(np.where(rank == n, listed, NOWHERE), size))
                columns += [here[part].alias(f"{name}_{n + 1}") for part, name in names]
        for name, qualifiers in ("drg", ("DR",)), ("admitting_diagnosis", ("ABJ", "BJ")):
            first = first_rows(np.where(_has_value(parts, qualifiers), claims, NOWHERE), size)
            columns.append(take_rows(parts, first)["2"].alias(f"{name}_code"))
        return [
            column if not column.name.startswith("procedure_date")
            else column.to_frame("3").select(day(pl.col("3"))).to_series().alias(column.name)
            for column in columns
        ]  # fmt: skip


_NAME_PARTS = (("3", "last"), ("4", "first"), ("5", "middle"))
_DETAILS = (
    ("N3", (1,), ("address",)),
    ("N4", (1, 2, 3), ("city", "state", "zip_code")),
    ("DMG", (2, 3), ("birth_date", "sex")),
)
_LISTS = (
    (DIAGNOSES, (("2", "diagnosis_code"), ("1", "diagnosis_qualifier"), ("9", "diagnosis_poa"))),
    (PROCEDURES, (("2", "procedure_code"), ("1", "procedure_qualifier"), ("4", "procedure_date"))),
)


def _has_value(frame: pl.DataFrame, values: tuple[str, ...], column: str = "1") -> np.ndarray:
    return frame[column].is_in(list(values)).fill_null(False).to_numpy()


def _first_of(left: pl.Series, right: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(left, right)).to_series()


def _span(dates: pl.DataFrame, name: str) -> list[pl.Series]:
    text = pl.col("3")
    return dates.select(
        day(text).alias(f"{name}_from_date"), last_day(text).alias(f"{name}_to_date")
    ).get_columns()


def _counts(owners: np.ndarray, size: int) -> pl.Series:
    return pl.Series("diagnosis_count", np.bincount(owners, minlength=size)).cast(pl.String)

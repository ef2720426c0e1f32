"""Parses claim payments, their lines and provider adjustments from 835 transactions into text.

Standard: 005010X221, chapters 2 and 3. Must not be here: envelopes, types, business rules. An 835
is a flat sequence: payment (BPR to the payee's N1), claim payments (CLP), their lines (SVC),
provider adjustments (PLB). LX, TS2 and TS3 only group claim payments.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sources.formats.x12_loops import NOWHERE, Segments, components, first_rows, ranks, take_rows
from sources.formats.x12_segments import code
from sources.formats.x12_values import amounts, day

# The elements to read of each segment.
_ELEMENTS = {
    "AMT": (1, 2), "BPR": (16,), "CAS": tuple(range(1, 20)), "CLP": (1, 2, 3, 4, 5, 6, 7, 8, 9, 11),
    "DTM": (1, 2), "N1": (1, 2, 3, 4), "NM1": (1, 3, 4, 5, 8, 9), "PLB": tuple(range(1, 15)),
    "REF": (1, 2), "SVC": (1, 2, 3, 4, 5, 6), "TRN": (2, 3),
}  # fmt: skip
_PAIRS = range(3, 15, 2)  # PLB03 and PLB04 to PLB13 and PLB14
PAYMENT = ("payer_id", "trace_number", "payee_id")
SHARED = (
    *PAYMENT,
    "claim_id",
    "payer_claim_control_number",
    "claim_status_code",
    "remittance_number",
)


class Remittances:
    """The claim payments in consecutive 835 segments.

    Attributes:
        positions: where each claim payment begins (CLP).
        line_claims: the claim payment number of each line, from 0.
        numbers: the position of each claim payment in its transaction, from 1.
    """

    def __init__(self, segments: Segments, earlier: int = 0) -> None:
        """Assign segments to loops.

        Args:
            segments: segments of whole transactions; the first one may continue from an earlier
                piece.
            earlier: number of claim payments of the first transaction in earlier pieces.
        """
        self._all = segments
        names = ("ST", "LX", "CLP", "SVC", "PLB", "SE")
        self._loop_start = segments.last_before(*map(segments.is_named, names))
        self._payments = segments.positions("ST")
        self.positions, self._lines = segments.positions("CLP"), segments.positions("SVC")
        self._ordinal = np.full(len(segments.codes), NOWHERE)
        for positions in (self.positions, self._lines, self._payments):
            self._ordinal[positions] = np.arange(len(positions))
        self._payment_of = segments.last_before(segments.is_named("ST"))
        self._claim_of = segments.last_before(segments.is_named("ST"), segments.is_named("CLP"))
        payments = self._ordinal[self._payment_of[self.positions]]
        self.payments = payments
        self.numbers = ranks(payments) + 1
        self.numbers[payments == 0] += earlier
        self.line_claims = self._owners(self._claim_of, self._lines, "CLP")

    def _owners(self, anchors: np.ndarray, positions: np.ndarray, name: str) -> np.ndarray:
        found = anchors[positions]
        is_owned = (found >= 0) & (self._all.codes[found] == code(name))
        return np.where(is_owned, self._ordinal[found], NOWHERE)

    def _read(self, name: str, owner: str) -> tuple[pl.DataFrame, np.ndarray]:
        """The segments of a name, and the owner of each."""
        owners = self._owners(self._loop_start, self._all.positions(name), owner)
        return self._all.elements(name, _ELEMENTS[name]), owners

    @staticmethod
    def _qualified(
        read: tuple[pl.DataFrame, np.ndarray], qualifier: str, size: int
    ) -> pl.DataFrame:
        """The first segment of each owner whose first element is the qualifier."""
        frame, owners = read
        is_one = (frame["1"] == qualifier).fill_null(False).to_numpy()
        return take_rows(frame, first_rows(np.where(is_one, owners, NOWHERE), size))

    def _payments_frame(self) -> pl.DataFrame:
        """One row per transaction: the payment."""
        size = len(self._payments)
        frame, owners = self._read("BPR", "ST")
        payment = take_rows(frame, first_rows(owners, size))
        frame, owners = self._read("TRN", "ST")
        trace = take_rows(frame, first_rows(owners, size))
        parties = self._read("N1", "ST")
        payer, payee = (self._qualified(parties, entity, size) for entity in ("PR", "PE"))
        closed = self._qualified(self._read("DTM", "ST"), "405", size)
        return pl.DataFrame(
            {
                "trace_number": trace["2"],
                "payment_date": payment.select(day(pl.col("16"))).to_series(),
                "production_date": closed.select(day(pl.col("2"))).to_series(),
                "payer_id": pl.select(pl.coalesce(payer["4"], trace["3"])).to_series(),
                "payer_name": payer["2"],
                "payee_id": payee["4"],
                "payee_npi": payee.select(
                    pl.when(pl.col("3") == "XX").then(pl.col("4"))
                ).to_series(),
            }
        )

    def claims(self) -> pl.DataFrame:
        """One row per claim payment."""
        size = len(self.positions)
        head = self._all.elements("CLP", _ELEMENTS["CLP"])
        names = self._read("NM1", "CLP")
        patient, subscriber, corrected, rendering = (
            self._qualified(names, entity, size) for entity in ("QC", "IL", "74", "82")
        )
        dates = self._read("DTM", "CLP")
        columns = [
            *(head[str(n)].alias(name) for n, name in _HEAD),
            pl.Series("remittance_number", self.numbers).cast(pl.String),
            *take_rows(self._payments_frame(), self.payments).get_columns(),
            patient["9"].alias("patient_id"),
            patient["8"].alias("patient_id_qualifier"),
            subscriber["9"].alias("subscriber_id"),
            corrected["9"].alias("corrected_subscriber_id"),
            *(patient[n].alias(f"patient_{part}_name") for n, part in _NAME_PARTS),
            _npi(rendering),
            *self._days(dates, ("232", "statement_from_date"), size),
            *self._days(dates, ("233", "statement_to_date"), size),
            *self._days(dates, ("050", "received_date"), size),
        ]
        adjustments = amounts(*self._read("CAS", "CLP"), size)
        return pl.DataFrame([*columns, *adjustments.get_columns()])

    def _days(
        self, read: tuple[pl.DataFrame, np.ndarray], wanted: tuple[str, str], size: int
    ) -> list[pl.Series]:
        found = self._qualified(read, wanted[0], size)
        return found.select(day(pl.col("2")).alias(wanted[1])).get_columns()

    def lines(self, claims: pl.DataFrame) -> pl.DataFrame:
        """One row per line; `claims` is the result of `claims()`."""
        size = len(self._lines)
        head = self._all.elements("SVC", _ELEMENTS["SVC"])
        procedure, submitted = components(head["1"], 6), components(head["6"], 6)
        dates = self._read("DTM", "SVC")
        on, first, last = (self._qualified(dates, q, size)["2"] for q in ("472", "150", "151"))
        days = pl.DataFrame({"on": on, "first": first, "last": last}).select(
            service_from_date=day(pl.coalesce("on", "first")),
            service_to_date=day(pl.coalesce("on", "last", "first")),
        )
        control = self._qualified(self._read("REF", "SVC"), "6R", size)
        allowed = self._qualified(self._read("AMT", "SVC"), "B6", size)
        number = ranks(self.line_claims) + 1
        return pl.DataFrame(
            [
                *take_rows(claims.select(SHARED), self.line_claims).get_columns(),
                pl.Series("line_number", number).cast(pl.String),
                procedure["1"].alias("procedure_qualifier"),
                procedure["2"].alias("procedure_code"),
                *(procedure[str(n + 2)].alias(f"modifier_{n}") for n in range(1, 5)),
                head["2"].alias("charge_amount"),
                head["3"].alias("paid_amount"),
                head["4"].alias("revenue_code"),
                head["5"].alias("quantity"),
                submitted["2"].alias("submitted_procedure_code"),
                *days.get_columns(),
                control["2"].alias("line_item_control_number"),
                allowed["2"].alias("allowed_amount"),
                *amounts(*self._read("CAS", "SVC"), size).get_columns(),
            ]
        )

    def provider_adjustments(self) -> tuple[pl.DataFrame, np.ndarray]:
        """One row per reason and amount in PLB, and the position of its PLB segment."""
        positions = self._all.positions("PLB")
        frame = self._all.elements("PLB", _ELEMENTS["PLB"]).with_columns(
            payment=pl.Series(self._ordinal[self._payment_of[positions]]),
            row=pl.int_range(pl.len()),
        )
        long = pl.concat(
            frame.select(
                "payment",
                "row",
                "1",
                "2",
                order=pl.col("row") * 20 + n,
                reason=str(n),
                amount=str(n + 1),
            ).filter(pl.col("reason").is_not_null() | pl.col("amount").is_not_null())
            for n in _PAIRS
        ).sort("order")
        payments = long["payment"].to_numpy()
        reason = components(long["reason"], 2)
        found = pl.DataFrame(
            [
                *take_rows(self._payments_frame().select(PAYMENT), payments).get_columns(),
                long["1"].alias("provider_id"),
                long.select(day(pl.col("2")).alias("fiscal_date")).to_series(),
                pl.Series("adjustment_number", ranks(payments) + 1).cast(pl.String),
                reason["1"].alias("reason_code"),
                reason["2"].alias("reference_id"),
                long["amount"],
            ]
        )
        return found, positions[long["row"].to_numpy()]


_HEAD = (
    (1, "claim_id"), (2, "claim_status_code"), (3, "charge_amount"), (4, "paid_amount"),
    (5, "patient_responsibility_amount"), (6, "claim_filing_code"), (7, "payer_claim_control_number"),
    (8, "facility_code"), (9, "claim_frequency_code"), (11, "drg_code"),
)  # fmt: skip
_NAME_PARTS = (("3", "last"), ("4", "first"), ("5", "middle"))


def _npi(entity: pl.DataFrame) -> pl.Series:
    return (
        entity.select(pl.when(pl.col("8") == "XX").then(pl.col("9")))
        .to_series()
        .alias("rendering_npi")
    )

"""Builds synthetic X12 interchanges and reads them for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sources.contract import load_contracts
from sources.formats.x12 import read_x12

PROFESSIONAL, INSTITUTIONAL, PAID = "005010X222A1", "005010X223A2", "005010X221A1"
PROVIDER = [
    "HL*1**20*1", "PRV*BI*PXC*261QM0801X", "NM1*85*2*CLINIC*****XX*1234567893", "N3*1 MAIN ST",
    "N4*ALBANY*NY*12207", "REF*EI*111222333",
]  # fmt: skip
SUBSCRIBER = [
    "HL*2*1*22*0", "SBR*P*18*G1******MC", "NM1*IL*1*DOE*JO*Q**JR*MI*MA1", "N3*5 OAK ST",
    "N4*TROY*NY*12180", "DMG*D8*19800229*F", "NM1*PR*2*STATE MEDICAID*****PI*NYMCD", "N3*9 PAYER ST",
    "N4*UTICA*NY*13501",
]  # fmt: skip
LINE = ["LX*1", "SV1*HC:90837:95*100*UN*1***1", "DTP*472*D8*20250110"]
PAYMENT = [
    "BPR*I*90*C*ACH************20250201", "TRN*1*T77*1999999999", "DTM*405*20250131",
    "N1*PR*STATE MEDICAID*PI*NYMCD", "N1*PE*CLINIC*XX*1234567893", "LX*1",
]  # fmt: skip


def claim(
    number: str = "C1", frequency: str = "1", *more: str, lines: tuple[str, ...] | None = None
) -> list[str]:
    """A professional claim with one line, or with `lines`."""
    head = [f"CLM*{number}*100***11:B:{frequency}*Y*A*Y*Y", "HI*ABK:F329", *more]
    return [*head, *(LINE if lines is None else lines)]


def paid(number: str = "C1", status: str = "1", amount: str = "90", *more: str) -> list[str]:
    """A claim payment with one line."""
    return [
        f"CLP*{number}*{status}*100*{amount}*10*MC*ICN{number}*11*1", "NM1*QC*1*DOE*JO****MI*MA1",
        "DTM*232*20250110", *more, f"SVC*HC:90837*100*{amount}**1", "DTM*472*20250110",
    ]  # fmt: skip


@dataclass
class Sender:
    """The format of a sender.

    Attributes:
        sep: element, component, repetition separator and segment terminator.
        end: text after each segment.
    """

    sep: str = "*:^~"
    end: str = ""

    def written(self, segments: list[str]) -> str:
        """Segments with this sender's separators."""
        table = str.maketrans("*:^", self.sep[:3])
        return "".join(text.translate(table) + self.sep[3] + self.end for text in segments)

    def interchange(self, *groups: list[list[str]], control: int = 1, trailer: str = "") -> str:
        """Groups of transactions in an envelope; `trailer` replaces the correct IEA."""
        head = (
            f"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *250131*1147*^"
            f"*00501*{control:09d}*0*P*:"
        )
        segments = [head]
        for number, group in enumerate(groups, 1):
            kind = "HP" if group and group[0][0].startswith("ST*835") else "HC"
            segments.append(f"GS*{kind}*S*R*20250131*1147*{number}*X*005010")
            segments += [segment for transaction in group for segment in transaction]
            segments.append(f"GE*{len(group)}*{number}")
        segments.append(trailer or f"IEA*{len(groups)}*{control:09d}")
        return self.written(segments)


def transaction(guide: str, body: list[str], number: str = "0001", trailer: str = "") -> list[str]:
    """ST to SE; `trailer` replaces the correct SE."""
    code = {"005010X221A1": "835"}.get(guide, "837")
    segments = [f"ST*{code}*{number}*{guide}", *body]
    return [*segments, trailer or f"SE*{len(segments) + 1}*{number}"]


def claims(*bodies: list[str], number: str = "0001", guide: str = PROFESSIONAL) -> list[str]:
    """An 837 with one provider and one subscriber."""
    body = [segment for part in bodies or (claim(),) for segment in part]
    return transaction(
        guide, ["BHT*0019*00*1*20250131*1023*CH", *PROVIDER, *SUBSCRIBER, *body], number
    )


def remittance(*bodies: list[str], number: str = "0001") -> list[str]:
    """An 835 with one payment."""
    return transaction(PAID, [*PAYMENT, *(segment for part in bodies for segment in part)], number)


@dataclass
class Read:
    """The result of reading a file: typed rows and rejects, by table."""

    rows: dict[str, pl.DataFrame]
    rejects: dict[str, pl.DataFrame]

    def row(self, table: str = "claim", position: int = 0) -> dict[str, object]:
        """One typed row, without null values."""
        return {
            name: value
            for name, value in self.rows[table].row(position, named=True).items()
            if value is not None
        }

    def reasons(self, table: str = "claim") -> list[tuple[int, str]]:
        """Record number and reason code of each reject."""
        found = self.rejects.get(table)
        return [] if found is None else list(found.select("_source_row", "reason_code").iter_rows())

    def ids(self, table: str = "claim") -> list[str]:
        """The claim ids in order."""
        return self.rows[table]["claim_id"].to_list() if table in self.rows else []


def read(content: str | bytes, folder: Path) -> Read:
    """Read a file with this content."""
    path = folder / "built.x12"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    tables = load_contracts()["claims_x12"].record_tables
    found = read_x12(
        path, tables, "America/New_York", "b", folder / "out", dict.fromkeys(tables, 1)
    )
    rows = {name: pl.concat(map(pl.read_parquet, table.typed)) for name, table in found.items()}
    rejects = {name: pl.read_parquet(t.rejects) for name, t in found.items() if t.rejects}
    for written in folder.glob("out*"):
        written.unlink()
    return Read(rows, rejects)

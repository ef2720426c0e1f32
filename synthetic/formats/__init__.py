"""Converters from the delivered CSV files to the syntaxes of hospitals and payers, one module per syntax.

A converter reads a finished delivery and rewrites its rows without adding information, so that the marts are the same.
Must not be here: new facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.formats import cclf, fhir, hl7v2, x12

CSV = "csv"


@dataclass(frozen=True)
class Converter:
    """Converts the CSV files of one sender.

    Attributes:
        source: Sender of the CSV files; converted rows are removed from them.
        target: Sender of the new files; equal to `source` if its contract accepts both syntaxes.
        convert: The conversion, given the delivery folders of the two senders.
    """

    source: str
    target: str
    convert: Callable[[Path, Path], None]

    def __call__(self, landing: Path, _zone: str) -> None:
        """Convert the deliveries in the landing folder; timestamps keep the offset that the CSV file has."""
        self.convert(landing / self.source, landing / self.target)


# Converters by format name; each takes the landing folder and the agency's time zone.
CONVERTERS: Mapping[str, Callable[[Path, str], None]] = {
    cclf.NAME: Converter(cclf.SOURCE, cclf.TARGET, cclf.convert),
    fhir.NAME: fhir.convert,
    hl7v2.NAME: Converter(hl7v2.SOURCE, hl7v2.SOURCE, hl7v2.convert),
    x12.NAME: Converter(x12.SOURCE, x12.TARGET, x12.convert),
}
FORMATS = (CSV, *CONVERTERS)

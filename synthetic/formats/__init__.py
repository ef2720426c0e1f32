"""What a sender delivered as CSV, told again in the syntax that hospitals and payers use: one module per syntax.

Must not be here: new facts. A transcription reads a finished delivery and says the same, so that the marts are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.formats import cclf, fhir, hl7v2, x12

CSV = "csv"


@dataclass(frozen=True)
class Transcriber:
    """Who tells in another syntax what a sender delivered as CSV.

    Attributes:
        source: the sender whose files are read, and lose the rows that are told otherwise.
        speaker: the sender of the new files; the same, where its contract takes both.
        transcribe: does it, given the folders of the deliveries of the two.
    """

    source: str
    speaker: str
    transcribe: Callable[[Path, Path], None]

    def __call__(self, landing: Path, _zone: str) -> None:
        """Tell it, given the folder of all senders' deliveries; moments are told as they are written."""
        self.transcribe(landing / self.source, landing / self.speaker)


# By name of the syntax: what tells in it, given the folder of all senders' deliveries and the agency's zone.
TRANSCRIBERS: Mapping[str, Callable[[Path, str], None]] = {
    cclf.NAME: Transcriber(cclf.SOURCE, cclf.SPEAKER, cclf.transcribe),
    fhir.NAME: fhir.transcribe,
    hl7v2.NAME: Transcriber(hl7v2.SOURCE, hl7v2.SOURCE, hl7v2.transcribe),
    x12.NAME: Transcriber(x12.SOURCE, x12.SPEAKER, x12.transcribe),
}
FORMATS = (CSV, *TRANSCRIBERS)

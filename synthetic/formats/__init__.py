"""What a sender delivered as CSV, told again in the syntax that hospitals and payers use: one module per syntax.

Must not be here: new facts. A transcription reads a finished delivery and says the same, so that the marts are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.formats import cclf, hl7v2, x12

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


# By name of the syntax.
TRANSCRIBERS: Mapping[str, Transcriber] = {
    cclf.NAME: Transcriber(cclf.SOURCE, cclf.SPEAKER, cclf.transcribe),
    hl7v2.NAME: Transcriber(hl7v2.SOURCE, hl7v2.SOURCE, hl7v2.transcribe),
    x12.NAME: Transcriber(x12.SOURCE, x12.SPEAKER, x12.transcribe),
}
FORMATS = (CSV, *TRANSCRIBERS)

"""What a sender delivered as CSV, told again in the syntax that hospitals and payers use: one module per syntax.

Must not be here: new facts. A transcription reads a finished delivery and says the same, so that the marts are the same.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from synthetic.formats import hl7v2

CSV = "csv"
# By name of the syntax: the sender that speaks it, and what transcribes the folder of its deliveries.
TRANSCRIBERS: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    hl7v2.NAME: (hl7v2.SOURCE, hl7v2.transcribe),
}
FORMATS = (CSV, *TRANSCRIBERS)

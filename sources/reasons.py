"""The closed list of reasons for which a record or a file is set aside, each with what it means and what to do.

docs/reference/rejects.md is made from these tables (`make docs`). A row rule of a contract adds its own code,
`rule_<name>`. Texts never carry a value of the data.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A code, what it means, and what the sender or the data team does about it."""

    code: str
    meaning: str
    remedy: str


_ROW = (
    Reason("missing_required", "a required value is empty", "fill the column, or leave the record out"),
    Reason("null_text", "a text such as NULL or NA stands where a value or nothing belongs", "export empty fields"),
    Reason("bad_date", "not a calendar day written YYYY-MM-DD", "export dates as ISO 8601"),
    Reason("bad_timestamp", "not a moment written YYYY-MM-DDTHH:MM[:SS] with or without offset", "export ISO 8601"),
    Reason("bad_integer", "not a whole number that fits", "export digits only: no decimals, no exponent"),
    Reason("bad_decimal", "not a plain decimal number that fits 14 digits before the point", "no exponent, no sign of currency"),
    Reason("bad_boolean", "not true or false", "write true or false"),
    Reason("out_of_range", "outside the range that the contract allows", "correct the value; a two-digit year is a usual cause"),
    Reason("value_not_allowed", "not on the closed list of the column", "map the sender's value to the list in docs/reference/feeds"),
    Reason("pattern_mismatch", "not shaped like this code or id (padding, a date, 1.00E+10)", "export codes as text, not through a spreadsheet"),
    Reason("ragged_row", "more or fewer fields than the header", "quote fields that hold the delimiter; drop trailer rows"),
    Reason("bad_quotes", "quotes that do not enclose a whole field", "double every quote inside a quoted field"),
    Reason("unclosed_quote", "a quoted field that does not end", "close the quote; a cut-off transfer is a usual cause"),
    Reason("bad_encoding", "bytes that are not UTF-8", "export as UTF-8"),
    Reason("nul_byte", "a NUL byte", "find the program that cut or padded the file, export again"),
    Reason("no_msh", "HL7 v2: bytes that belong to no message, or a message that does not begin with MSH", "send whole messages"),
    Reason("bad_separators", "HL7 v2: MSH-1 and MSH-2 do not give five different separators", "write them as the standard does"),
    Reason("bad_segment", "HL7 v2: a line that is no segment; X12: a segment without a name", "escape line ends inside fields; a cut-off transfer is another cause"),
    Reason("missing_segment", "HL7 v2: the message lacks a segment that it cannot do without", "send the whole message"),
    Reason("repeated_segment", "HL7 v2: one message about several patients or visits", "send a message for each"),
    Reason("unknown_character_set", "HL7 v2: MSH-18 names a character set that is not read here", "send UNICODE UTF-8"),
    Reason("truncated_message", "HL7 v2: the frame, batch or file ends within the message", "send it again"),
    Reason("record_too_long", "HL7 v2, FHIR: a message or resource longer than 16 MiB; X12: a segment longer than 1 MiB", "leave out embedded documents; check for a lost line end"),
    Reason("broken_envelope", "a header of HL7 v2 batches or X12 groups without its trailer, or the reverse; what is whole in it is loaded", "find out whether messages are missing"),
    Reason("bad_json", "FHIR: a line that is not JSON, or breaks off", "send whole resources, one a line"),
    Reason("bad_json_type", "FHIR: an element of another JSON type than FHIR gives it", "validate resources before sending"),
    Reason("no_resource_type", "FHIR: JSON without resourceType, such as the export's log", "leave other files out of the delivery"),
    Reason("bad_entry", "FHIR: a Bundle entry that neither holds a resource nor deletes one", "send resources, or DELETE Type/id"),
    Reason("batch_count_mismatch", "HL7 v2: a trailer's count is not what the file holds; the messages are loaded", "find out whether messages are missing"),
    Reason("unknown_transaction_set", "X12: neither a claim (837) nor a remittance (835)", "nothing, if it is an acknowledgment; else deliver 837 and 835"),
    Reason("unknown_guide", "X12: an 837 or 835 by another implementation guide than those read here", "deliver 005010X222, X223 and X221"),
    Reason("truncated_transaction", "X12: the transaction ends without SE", "send it again; a cut-off transfer is a usual cause"),
    Reason("control_number_mismatch", "X12: a trailer has another control number than its header; what the file holds is loaded", "find out whether segments are missing, and send the interchange again, whole"),
    Reason("envelope_count_mismatch", "X12: a trailer's count is not what the file holds; what the file holds is loaded", "find out whether segments are missing, and send the interchange again, whole"),
    Reason("stray_segment", "X12: segments that no transaction holds", "find out whether a header was lost"),
)  # fmt: skip

_FILE = (
    Reason("empty_file", "nothing in the file, not even a header", "ask the sender for the extract again"),
    Reason("header_missing_column", "a required column is not in the header, or there is no header", "add the header of the contract"),
    Reason("duplicate_header", "two columns of the same name", "rename or drop one"),
    Reason("wrong_delimiter", "fields are separated by something else than a comma", "export with commas"),
    Reason("bad_encoding", "the whole file is not UTF-8 (UTF-16, or a header in another encoding)", "export as UTF-8"),
    Reason("bad_line_ends", "lines end with a bare carriage return", "end lines with LF or CRLF"),
    Reason("not_a_csv", "the content is another format than the name says", "give the file the extension of its format"),
    Reason("not_hl7v2", "no line of the file begins with an HL7 v2 segment", "deliver HL7 v2 messages as the interface engine writes them"),
    Reason("not_x12", "the file does not begin with an X12 interchange header", "deliver interchanges that begin with ISA"),
    Reason("not_fhir", "not JSON, or a JSON document that breaks off", "deliver NDJSON, one resource, or a Bundle; send it again"),
    Reason("not_a_parquet", "not readable as Parquet", "write the file again; a cut-off transfer is a usual cause"),
    Reason("not_a_workbook", "not readable as an .xlsx workbook", "save it as .xlsx again, or deliver CSV"),
    Reason("bad_column_type", "a Parquet column has a nested or binary type", "write plain columns"),
    Reason("record_too_long", "a line longer than 8 MiB", "check for a lost line end"),
    Reason("archive_truncated", "the archive ends before its content does", "send it again"),
    Reason("archive_corrupt", "the archive's check sums do not fit its content", "send it again"),
    Reason("archive_unsafe", "encrypted, with paths that leave the archive, or swelling beyond reason", "pack plain files"),
    Reason("archive_empty", "no file of a known table in the archive", "name the members after the tables"),
    Reason("note_text", "the file carries text of clinical notes, which no feed may", "leave note columns and note files out"),
    Reason("unknown_format", "a table's name with an extension that this sender does not use", "deliver CSV or Parquet"),
    Reason("unreadable", "the file could not be read at all", "check its permissions and the disk"),
)  # fmt: skip

ROW_REASONS = {reason.code: reason for reason in _ROW}
FILE_REASONS = {reason.code: reason for reason in _FILE}


class FileRefusedError(Exception):
    """A file that breaks its contract as a whole.

    Attributes:
        code: one of FILE_REASONS.
        detail: what was found where and what was expected; names columns, never values.
    """

    def __init__(self, code: str, detail: str) -> None:
        if code not in FILE_REASONS:
            raise KeyError(code)
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[FileRefusedError], tuple[str, str]]:
        """Pickled by its own arguments: a reader process raises it too."""
        return FileRefusedError, (self.code, self.detail)


def remedy(code: str) -> str:
    """What to do about a code, file or row; a rule's code has one remedy for all."""
    reason = FILE_REASONS.get(code) or ROW_REASONS.get(code)
    return reason.remedy if reason else "correct one of the two values that the rule compares"

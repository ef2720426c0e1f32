"""The closed list of reasons to reject a record or refuse a file, each with its meaning and remedy.

docs/reference/rejects.md is generated from these tables (`make docs`). A rule of a contract adds
its own code, `rule_<name>`. Texts never contain a value from the data.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """A code, its meaning, and what the sender or the data team should do."""

    code: str
    meaning: str
    remedy: str


_ROW = (
    Reason("missing_required", "a required value is empty", "fill in the value or leave the record out"),
    Reason("null_text", "text such as NULL or NA instead of a value or an empty field", "export missing values as empty fields"),
    Reason("bad_date", "not a calendar date written YYYY-MM-DD", "export dates as ISO 8601"),
    Reason("bad_timestamp", "not a timestamp written YYYY-MM-DDTHH:MM[:SS], with or without offset", "export timestamps as ISO 8601"),
    Reason("bad_integer", "not a whole number within the type's range", "export digits only, without decimals or exponent"),
    Reason("bad_decimal", "not a plain decimal number with at most 14 digits before the point", "export without exponent, thousands separator or currency symbol"),
    Reason("bad_boolean", "not true or false", "export true or false"),
    Reason("out_of_range", "outside the range in the contract", "correct the value; a two-digit year is a common cause"),
    Reason("value_not_allowed", "not in the column's list of allowed values", "map the sender's value to the list in docs/reference/feeds"),
    Reason("pattern_mismatch", "not in the format of this code or id (padding, a date, 1.00E+10)", "export codes as text; do not open the file in a spreadsheet"),
    Reason("ragged_row", "more or fewer fields than the header", "quote fields that contain the delimiter; remove trailer rows"),
    Reason("bad_quotes", "a quote that does not enclose the whole field", "double every quote inside a quoted field"),
    Reason("unclosed_quote", "a quoted field without a closing quote", "close the quote; an interrupted transfer is a common cause"),
    Reason("bad_encoding", "bytes that are not UTF-8", "export as UTF-8"),
    Reason("nul_byte", "a NUL byte", "find the program that truncated or padded the file and export again"),
    Reason("no_msh", "HL7 v2: bytes outside any message, or a message that does not begin with MSH", "send whole messages"),
    Reason("bad_separators", "HL7 v2: MSH-1 and MSH-2 do not define five different separators", "use the standard separators, or five different characters"),
    Reason("bad_segment", "HL7 v2: a line that is not a segment; X12: a segment without an identifier", "escape line breaks inside fields; an interrupted transfer is another cause"),
    Reason("missing_segment", "HL7 v2: a required segment is missing", "send the complete message"),
    Reason("repeated_segment", "HL7 v2: one message for several patients or visits", "send one message for each"),
    Reason("unknown_character_set", "HL7 v2: the character set in MSH-18 is not supported", "send UNICODE UTF-8"),
    Reason("truncated_message", "HL7 v2: the frame, batch or file ends within the message", "send the message again"),
    Reason("record_too_long", "HL7 v2, FHIR: a message or resource longer than 16 MiB; X12: a segment longer than 1 MiB", "leave out embedded documents; check for a missing line end"),
    Reason("broken_envelope", "HL7 v2 batch or X12 envelope with a header but no trailer, or the reverse; its complete records are loaded", "check with the sender whether messages are missing"),
    Reason("bad_json", "FHIR: a line that is not JSON or is truncated", "send complete resources, one per line"),
    Reason("bad_json_type", "FHIR: an element with the wrong JSON type", "validate resources before sending"),
    Reason("no_resource_type", "FHIR: JSON without resourceType, such as an export log", "deliver resource files only"),
    Reason("bad_entry", "FHIR: a Bundle entry that neither contains a resource nor deletes one", "send resources, or DELETE Type/id"),
    Reason("batch_count_mismatch", "HL7 v2: the count in a trailer differs from the file; the messages are loaded", "check with the sender whether messages are missing"),
    Reason("unknown_transaction_set", "X12: neither a claim (837) nor a remittance (835)", "ignore acknowledgments; otherwise deliver 837 and 835"),
    Reason("unknown_guide", "X12: the implementation guide of the 837 or 835 is not supported", "deliver 005010X222, X223 and X221"),
    Reason("truncated_transaction", "X12: the transaction ends without SE", "send it again; an interrupted transfer is a common cause"),
    Reason("control_number_mismatch", "X12: the control numbers of a trailer and its header differ; the transactions in the file are loaded", "check whether segments are missing and send the complete interchange again"),
    Reason("envelope_count_mismatch", "X12: the count in a trailer differs from the file; the transactions in the file are loaded", "check whether segments are missing and send the complete interchange again"),
    Reason("rejected_with_claim", "X12: a line of a claim or claim payment that is rejected", "correct the claim or claim payment and send it again"),
    Reason("stray_segment", "X12: segments outside any transaction", "check whether a header is missing"),
)  # fmt: skip

_FILE = (
    Reason("empty_file", "the file is empty, without even a header", "ask the sender to run the extract again"),
    Reason("header_missing_column", "a required column is not in the header, or the file has no header", "add the contract's header"),
    Reason("duplicate_header", "two columns have the same name", "rename or remove one"),
    Reason("wrong_delimiter", "fields are not separated by commas", "export with commas"),
    Reason("bad_encoding", "the whole file is not UTF-8 (UTF-16, or a header in another encoding)", "export as UTF-8"),
    Reason("bad_line_ends", "lines end with a bare carriage return", "end lines with LF or CRLF"),
    Reason("not_a_csv", "the content does not match the file extension", "use the extension of the file's format"),
    Reason("not_hl7v2", "no line of the file begins with an HL7 v2 segment", "deliver the messages as the interface engine writes them"),
    Reason("not_x12", "the file does not begin with an X12 interchange header", "deliver interchanges that begin with ISA"),
    Reason("not_fhir", "not JSON, or a truncated JSON document", "deliver NDJSON, a single resource or a Bundle"),
    Reason("not_a_parquet", "not readable as Parquet", "export the file again; an interrupted transfer is a common cause"),
    Reason("not_a_workbook", "not readable as a workbook, or protected by a password", "save it again as .xlsx without a password, or deliver CSV"),
    Reason("bad_column_type", "a Parquet column has a nested or binary type", "export columns of simple types"),
    Reason("record_too_long", "a line longer than 8 MiB", "check for a missing line end"),
    Reason("archive_truncated", "the archive ends before its content does", "send it again"),
    Reason("archive_corrupt", "the archive's checksums do not match its content", "send it again"),
    Reason("archive_unsafe", "the archive is encrypted, has paths outside its folder, or expands to an excessive size", "pack the files without password and folders"),
    Reason("archive_empty", "the archive contains no file of a known table", "begin each member's name with its table's name"),
    Reason("note_text", "the file contains clinical note text, which no feed may deliver", "remove note columns and note files"),
    Reason("unknown_format", "the format is not accepted for this sender", "deliver a format listed on the feed's page"),
    Reason("unreadable", "the file could not be read", "check its permissions and the disk"),
)  # fmt: skip

ROW_REASONS = {reason.code: reason for reason in _ROW}
FILE_REASONS = {reason.code: reason for reason in _FILE}


class FileRefusedError(Exception):
    """A file that violates its contract as a whole.

    Attributes:
        code: one of FILE_REASONS.
        detail: what was found, where, and what was expected; names columns, never values.
    """

    def __init__(self, code: str, detail: str) -> None:
        if code not in FILE_REASONS:
            raise KeyError(code)
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail

    def __reduce__(self) -> tuple[type[FileRefusedError], tuple[str, str]]:
        """Pickle by constructor arguments: the exception crosses from the reader process."""
        return FileRefusedError, (self.code, self.detail)


def remedy(code: str) -> str:
    """What to do about the code of a file or row; all `rule_` codes share one remedy."""
    reason = FILE_REASONS.get(code) or ROW_REASONS.get(code)
    return reason.remedy if reason else "correct one of the two values that the rule compares"

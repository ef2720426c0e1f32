"""Texts of the sheet Help: how to use the workbook, talking points per group, its data."""

from __future__ import annotations

from collections.abc import Iterator

from publishing.cells import safe_cell
from publishing.feeds import received_text
from publishing.layout import GROUPS
from publishing.wording import WorkbookInfo, as_of_text, banner_text

_LIST = (
    (
        "Work the sheet Today from top to bottom: groups A to G in order, and inside a group the rows past due first, then"
        " tier and score. Each client has one row with the most urgent task; the client's other open tasks are in the same"
        " row. You can sort and filter every column. Print has the same clients under group titles, for the huddle."
    ),
    (
        "Red means safety: a safety row, 24-hour call or 7-day visit past due, a C-SSRS level, item 9 of the PHQ-9. The cell"
        " also says it in words. Amber is due today."
    ),
    (
        "My caseload has all your clients, with or without a task. Gray clients have open tasks that are not on today's list:"
        " the cell says until when or why. Case review is the list for the psychiatric consultant. Changes says who came to the list, who left it and why."
    ),
)
_ENTERING = (
    (
        "After each call or attempt, fill in the yellow cells of the client's row: when you called, how, what happened. A row"
        " without What happened is not read. An empty How counts as phone. A date without a time counts as that day."
    ),
    (
        "Reached, Declined, Appointment made and Appointment moved mean that you spoke with the client or guardian. Left"
        " message, No answer and Wrong number are tries: the third try uses another channel. Try again on rests the client's"
        " tasks until that day, at most 14 days; safety rows, 24-hour calls and 7-day visits stay."
    ),
    (
        "A second call on the same day, or a call to a client who is not on Today, goes on the sheet More calls: choose the"
        " client from the drop-down. Note to self stays in this file and is never read. Pass to asks the supervisor to give"
        " the client to a colleague."
    ),
)
_UNASSIGNED = (
    "These clients have no care manager: enter your own staff id in each row that you work. Assign to gives a client a"
    " care manager; the suggestion says which rule found it. With Assign to, enter your staff id under Decided by too."
)
_RETURNING = (
    "Save the file in {place}. Any file name is fine, and so is a CSV or OpenDocument file saved from it. Your outcomes"
    " change the next list; the sheet Sent back shows what was counted and what needs a look. Returning a file twice does"
    " no harm."
)
_LANDING = "the landing folder, under outreach_log and a folder with today's date, such as outreach_log/2026-06-30"
_TALKING_POINTS = {
    "A": "Ask directly about thoughts of suicide, means, and who is with the client now. Go through the safety plan; if"
    " there is none, write one. Do not end the call without a next step. Immediate danger: 911 or the mobile crisis team;"
    " the 988 line is open day and night.",
    "B": "How have you been since you came home? Which medicines do you have in hand, and which changed? Do you have the"
    " discharge instructions, and what in them is unclear? When is the visit, and how will you get there?",
    "C": "Confirm day, time, place and who it is with. Settle the ride, the interpreter and child care. Ask what could"
    " keep the client from coming. No visit booked: book one on this call.",
    "D": "We missed you. What happened, and what would make the next time easier? Rebook, or confirm the new date. For a"
    " missed injection or medication visit, ask how many days of medicine are left.",
    "E": "Referral: ask the service for the date, let the client know, clear the barrier. Review: bring the scores to the"
    " prescriber. Gone quiet: no reproach; ask what has changed and offer one small next step, or peer support.",
    "F": "Is this still wanted? Yes: call the service for a date. No: close it in the record with the reason.",
    "G": "Book the review before the date. Ask about a change of address, income or insurance before coverage ends.",
}
_CONFIDENTIAL = (
    "This workbook has your clients' names and health data. Keep it on the agency's devices, share it with no one else,"
    " and delete it when you receive the next one. Rows marked [PART 2] have records of substance use treatment that the"
    " client agreed to share with you for care: do not pass them on except as the consent and the law permit."
)


def help_lines(info: WorkbookInfo, consents: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield the lines of the sheet as (style, text).

    Args:
        info: context of the workbook.
        consents: one line per consent under which Part 2 records are shown.
    """
    yield "title", "How to use this workbook"
    yield "line", as_of_text(info.as_of)
    if banner := banner_text(info):
        yield "alert", safe_cell(banner)
    yield "section", "The sheets"
    yield from (("line", text) for text in _LIST)
    yield "section", "Entering what happened"
    yield from (("line", text) for text in _ENTERING)
    if info.owner is None:
        yield "line", _UNASSIGNED
    yield "section", "Returning the file"
    yield "line", _RETURNING.format(place=_return_place(info))
    yield "section", "Talking points"
    for group, title in GROUPS.items():
        yield "line", f"{group} · {title}: {_TALKING_POINTS[group]}"
    if info.feeds:
        yield "section", "Data that this list comes from"
    for feed in sorted(info.feeds, key=lambda each: each.source):
        yield "line", safe_cell(received_text(feed, info.as_of.tzinfo, info.as_of.year))
    if info.notice or consents:
        yield "section", "Part 2"
        if info.notice:
            yield "notice", safe_cell(info.notice)
        yield from (("line", safe_cell(line)) for line in consents)
    yield "section", "Confidential"
    yield "line", _CONFIDENTIAL


def _return_place(info: WorkbookInfo) -> str:
    if info.return_folder is None:
        return _LANDING
    return f"the folder {safe_cell(info.return_folder)}, or in your own folder there"

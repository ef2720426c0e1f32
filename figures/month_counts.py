"""XmR chart of a released count by month.

Only single months are points, because counts of longer periods are not comparable with them. After a
gap a phase begins, so that no moving range and no run crosses it (docs/rules/process-control.md#xmr).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from figures.process_control import Chart
from figures.released import MONTH, Count
from figures.xmr_chart import Measurement, xmr_chart

AFTER_GAP = "the months before have no count of their own"


@dataclass(frozen=True)
class PeriodCount:
    """A released count of a period.

    Attributes:
        period_type: `month`, or `months` or `year` where months are joined.
        start: first day.
        end: last day.
        count: events of the period.
    """

    period_type: str
    start: date
    end: date
    count: Count

    @property
    def is_charted(self) -> bool:
        """True for a single month whose count is shown."""
        return self.period_type == MONTH and self.count.is_shown


def month_chart(
    periods: Sequence[PeriodCount], rebase: Mapping[date, str] | None = None
) -> Chart[Measurement]:
    """Build the XmR chart of the single months.

    Args:
        periods: released periods in order of time, without overlap.
        rebase: first day of a month at which a phase begins, and the reason; other days are ignored.
    """
    months = [period for period in periods if period.is_charted]
    points = [Measurement(month.start, float(month.count.value or 0)) for month in months]
    reasons = {
        later.start: AFTER_GAP
        for earlier, later in pairwise(months)
        if earlier.end + timedelta(days=1) != later.start
    }
    started = {point.start for point in points}
    reasons |= {day: why for day, why in (rebase or {}).items() if day in started}
    return xmr_chart(points, reasons)

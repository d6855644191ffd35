"""When records are locked and reported: two windows each school year (plan, part III).

"Before 30/6" and "before 15/8" leave open whether the day itself still counts, so a window is stored as an
instant and these are only its defaults. Instants are in Vietnam's time, UTC+7 without daylight saving.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from backend.domain.content import RecordContent
from backend.domain.school_year import SchoolYear

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


class Window(StrEnum):
    """``MAIN`` for pupils who completed the class programme, ``SUPPLEMENTARY`` for those assessed again."""

    MAIN = "MAIN"
    SUPPLEMENTARY = "SUPPLEMENTARY"


class LockStage(StrEnum):
    """How far a period is: ahead, due and not begun, under way, kept open by exceptions, or sealed for good."""

    AHEAD = "AHEAD"
    DUE = "DUE"
    LOCKING = "LOCKING"
    KEPT_OPEN = "KEPT_OPEN"
    SEALED = "SEALED"


LOCK_DAY: dict[Window, tuple[int, int]] = {Window.MAIN: (6, 30), Window.SUPPLEMENTARY: (8, 15)}
REPORT_DAY: dict[Window, tuple[int, int]] = {Window.MAIN: (7, 10), Window.SUPPLEMENTARY: (8, 25)}
"""(month, day) of the lock and of the department's report to the Ministry."""

PILOT_YEAR = SchoolYear(2023)

TAKES: dict[Window, tuple[Window, ...]] = {
    Window.MAIN: (Window.MAIN,),
    Window.SUPPLEMENTARY: (Window.MAIN, Window.SUPPLEMENTARY),
}
"""Windows whose records a lock takes: the second also takes what the first left."""

REPORT_AFTER = timedelta(days=10)
"""From a lock to its report to the Ministry, in the plan (30/6 and 10/7, 15/8 and 25/8)."""

FIRST_MONTH = 9
"""A school year is named by the year of its September."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodPlan:
    """A lock period as the calendar has it: instants, and the grades it is for."""

    window: Window
    locks_at: datetime
    reports_at: datetime
    grades: frozenset[int]


def default_instant(year: SchoolYear, day: tuple[int, int], *, day_included: bool) -> datetime:
    """The end of the given day, or of the day before when the day itself no longer counts."""
    midnight = datetime(year.start + 1, day[0], day[1], tzinfo=VIETNAM)
    return midnight + timedelta(days=1) if day_included else midnight


def grades_in_scope(year: SchoolYear) -> frozenset[int]:
    """Grades that keep digital records: 1 to 4 in the pilot year, 1 to 5 after it (TT27 Art. 2)."""
    return frozenset(range(1, 5 if year == PILOT_YEAR else 6))


def default_calendar(year: SchoolYear, *, day_counts: bool) -> tuple[PeriodPlan, ...]:
    """Both windows of a school year as the plan has them.

    Args:
        year: the school year.
        day_counts: whether the named day itself is still before the lock; "trước ngày" leaves it open. The day of
            a report always counts.
    """
    return tuple(
        PeriodPlan(
            window=window,
            locks_at=default_instant(year, LOCK_DAY[window], day_included=day_counts),
            reports_at=default_instant(year, REPORT_DAY[window], day_included=True),
            grades=grades_in_scope(year),
        )
        for window in Window
    )


def school_year_at(instant: datetime) -> SchoolYear:
    """The school year under way at an instant, in Vietnam."""
    local = instant.astimezone(VIETNAM)
    return SchoolYear(local.year if local.month >= FIRST_MONTH else local.year - 1)


def due_window(content: RecordContent) -> Window:
    """The window in which a record is locked.

    A pupil who has not completed, or who completed only by supplementary assessment, belongs to the second.
    """
    if content.completed is True and not content.reassessed:
        return Window.MAIN
    return Window.SUPPLEMENTARY

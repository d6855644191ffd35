"""What bars an act beside the state, as conditions: one text for reads, for the hold and for the trigger.

A window is closed once its lock period is due or sealed, unless an exception reaches the school or class. An exception
counts for its own period and for whatever that period's lock takes (``backend.domain.calendar.TAKES``), until it
expires and never once the period is sealed.
"""

CONFIRMED = "e.confirmed AND e.expires_at > {clock}"


def closed(period: str, *, year: str, school: str, school_class: str, clock: str = "now()") -> str:
    """A condition on a row of ``lock_period``: it is closed for a school and class at an instant."""
    live = CONFIRMED.format(clock=clock)
    return (
        f"({period}.sealed_at IS NOT NULL OR {period}.locks_at <= {clock})"
        " AND NOT EXISTS (SELECT FROM lock_exception e JOIN lock_period q ON q.id = e.lock_period_id"
        f" WHERE q.school_year = {year} AND q.sealed_at IS NULL"
        f" AND (q.id = {period}.id OR q.\"window\" = 'SUPPLEMENTARY')"
        f" AND {live} AND e.school_id = {school}"
        f" AND (e.school_class_id IS NULL OR e.school_class_id = {school_class}))"
    )


CLOSED_FOR_RECORD = "p.school_year = y.school_year AND " + closed(
    "p", year="y.school_year", school="y.school_id", school_class="y.school_class_id"
)
"""Closed periods ``p`` of a year record ``y``."""

BEING_CHECKED = "CASE WHEN w.state = 'SUBMITTED' THEN being_checked(w.id) ELSE false END"
"""Whether the packet of the revision ``w`` that is worked on has not been checked yet."""

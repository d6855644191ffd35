"""From codes and numbers to the words of the form; the words themselves stand in ``templates/words.toml``."""

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from backend.domain.completion import Completion
from backend.domain.content import AwardGiven, RecordContent
from backend.domain.school_year import SchoolYear


@cache
def words(table: str) -> dict[str, str]:
    """One table of the packaged words."""
    return _all_words()[table]


@cache
def _all_words() -> dict[str, dict[str, str]]:
    text = resources.files("signing_worker.render").joinpath("templates/words.toml").read_text("utf-8")
    return tomllib.loads(text)


def day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else ""


def dated(place: str, value: date | None) -> str:
    """The line above the signatures; official papers write 0 before days 1–9 and months 1–2 (NĐ 30/2020)."""
    put = words("date")
    where = place or put["no_place"]
    if value is None:
        return put["undated"].format(place=where)
    month = f"{value.month:02}" if value.month <= 2 else str(value.month)  # noqa: PLR2004
    return put["dated"].format(place=where, day=f"{value.day:02}", month=month, year=value.year)


def years(year: SchoolYear) -> str:
    return f"{year.start} - {year.start + 1}"


def decimal(value: int | None, unit: int, name: str) -> str:
    """A measured number with one digit after the comma: 1285 mm is ``128,5 cm``."""
    if value is None:
        return ""
    whole, tenth = divmod(round(value * 10 / unit), 10)
    return f"{whole},{tenth} {name}" if tenth else f"{whole} {name}"


def awards(given: tuple[AwardGiven, ...]) -> str:
    named = words("award")
    return "; ".join(f"{named[one.award]}: {one.note}" if one.note else named[one.award] for one in given)


def outcome(content: RecordContent) -> str:
    return words("outcome")[content.outcome] if content.outcome else ""


def completion(content: RecordContent) -> str:
    """Part 6: completed or not, and whether the pupil moves up where that is a decision (TT27 Art. 11)."""
    done = content.completion
    if done is None:
        return ""
    sentence = words("completion")[_completion_key(done)].format(grade=content.grade)
    moves_up = _moves_up(content, done)
    return f"{sentence}; {words('completion')[moves_up]}" if moves_up else sentence


def _completion_key(done: Completion) -> str:
    if done.primary_completed:
        return "primary_completed"
    return "class_completed" if done.class_completed else "not_completed"


def _moves_up(content: RecordContent, done: Completion) -> str:
    """Said only after a supplementary assessment or a principal's decision; nobody moves up from grade 5."""
    decided = content.promoted_by_decision is not None and not done.class_completed
    if done.primary_completed or not (decided or content.reassessed):
        return ""
    return "promoted" if done.promoted else "not_promoted"

"""Telling whether two rows of a file speak of one pupil.

The same code of the sector database or the same citizen number is the same pupil; where a row has neither, name,
birth date and class decide. Two pupils of one class may share name and birthday, so that weakest key never
overrules codes that differ.
"""

from dataclasses import dataclass, field

from backend.domain.content import RecordContent
from backend.domain.text import fold


@dataclass(frozen=True, slots=True)
class Place:
    """A row already seen, with what names its pupil."""

    row: int
    sheet: str
    pupil_code: str
    citizen_number: str


@dataclass(slots=True)
class Duplicates:
    """The pupils of a file so far."""

    _by_key: dict[tuple[object, ...], Place] = field(default_factory=dict)

    def find(self, content: RecordContent, row: int, sheet: str) -> tuple[Place, str] | None:
        """The earlier row of the same pupil and year, with the field they share; remembers this row."""
        pupil, year = content.pupil, content.school_year
        place = Place(row, sheet, pupil.pupil_code, pupil.citizen_number)
        found = None
        for shared, key in (
            ("pupil.pupilCode", pupil.pupil_code),
            ("pupil.citizenNumber", pupil.citizen_number),
            ("pupil.fullName", pupil.full_name and _person(content)),
        ):
            if not key:
                continue
            other = self._by_key.setdefault((year.start, shared, key), place)
            namesake = shared == "pupil.fullName" and _differ(other, place)
            if found is None and other is not place and not namesake:
                found = (other, shared)
        return found


def _person(content: RecordContent) -> tuple[object, ...]:
    return (fold(content.pupil.full_name), content.pupil.birth_date, fold(content.class_name))


def _differ(one: Place, other: Place) -> bool:
    """Whether codes say that these are two pupils."""
    if one.pupil_code and other.pupil_code:
        return one.pupil_code != other.pupil_code
    if one.citizen_number and other.citizen_number:
        return one.citizen_number != other.citizen_number
    return False

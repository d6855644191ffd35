"""The sandbox: a class whose pupils, codes and second factors never change, one book for each answer there is.

``make run`` takes it through its year, so its files are really signed and locked. ``infra/integrators.md`` lists what
stands here, for programs that are written against it; a test compares both. Production has none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from backend.cli.demo.client import Person
from backend.cli.demo.school import SchoolYearDemo
from backend.db.repositories import access, imports
from backend.db.repositories.imports import NewBook, NewPupil
from backend.domain.access import AccessPurpose, ShareCode
from backend.domain.content import PupilFacts, RecordContent
from backend.domain.identifiers import LookupCode
from backend.domain.school_year import SchoolYear
from backend.domain.text import fold, name_sort_key
from backend.services.lookup import share_hash

SHARE_LASTS = timedelta(days=3650)


class Fate(StrEnum):
    """What has become of a book's only year."""

    LOCKED = "LOCKED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"
    ISSUED = "ISSUED"
    UNSIGNED = "UNSIGNED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxBook:
    """A book of the sandbox: how it is found, what opens it, and what its year came to."""

    fate: Fate
    code: LookupCode
    pupil_name: str
    birth_date: date
    share_code: ShareCode

    @property
    def pupil_code(self) -> str:
        """Mã học sinh, which only the demonstration needs."""
        return f"THU{self.code.value[4:12]}"


def _book(number: int, fate: Fate, pupil_name: str, birth_date: date) -> SandboxBook:
    return SandboxBook(
        fate=fate,
        code=LookupCode(f"5a4d{number:08d}4000800000000000{number:04d}"),
        pupil_name=pupil_name,
        birth_date=birth_date,
        share_code=ShareCode(f"SANDB0X{number:03d}"),
    )


BOOKS: tuple[SandboxBook, ...] = (
    _book(1, Fate.LOCKED, "Lê Thị Sen", date(2017, 3, 8)),
    _book(2, Fate.REPLACED, "Nguyễn Văn Thông", date(2017, 5, 19)),
    _book(3, Fate.WITHDRAWN, "Hoàng Thị Mai", date(2017, 9, 2)),
    _book(4, Fate.ISSUED, "Phạm Minh Trúc", date(2017, 10, 10)),
    _book(5, Fate.UNSIGNED, "Vũ Đức Bách", date(2017, 11, 20)),
)
FATES = {book.code.value: book.fate for book in BOOKS}


def with_sandbox_pupils(contents: Sequence[RecordContent]) -> list[RecordContent]:
    """The records of a class with the sandbox's pupils in it, one for each book."""
    return [
        replace(content, pupil=_pupil(content.pupil, book))
        for content, book in zip(contents, BOOKS, strict=True)
    ]


def _pupil(facts: PupilFacts, book: SandboxBook) -> PupilFacts:
    return replace(
        facts,
        full_name=book.pupil_name,
        birth_date=book.birth_date,
        pupil_code=book.pupil_code,
        citizen_number="",
    )


async def open_books(school_id: int, class_id: int, year: SchoolYear) -> None:
    """Books with the sandbox's codes, before an import would give them others; as the owner, in a transaction."""
    pupil_ids = await imports.take_ids("pupil", len(BOOKS))
    book_ids = await imports.take_ids("record_book", len(BOOKS))
    await imports.insert([_new_pupil(*item) for item in zip(pupil_ids, BOOKS, strict=True)])
    opened = [
        NewBook(
            id=book_id,
            pupil_id=pupil_id,
            lookup_code=book.code.value,
            managing_school_id=school_id,
            school_class_id=class_id,
            opened_on=date(year.start, 9, 5),
        )
        for book_id, pupil_id, book in zip(book_ids, pupil_ids, BOOKS, strict=True)
    ]
    await imports.insert(opened)
    for book_id, book in zip(book_ids, BOOKS, strict=True):
        hashed = share_hash(book.code, book.share_code)
        await access.create_share(book_id, hashed, AccessPurpose.ADMISSION, None, SHARE_LASTS)


def _new_pupil(pupil_id: int, book: SandboxBook) -> NewPupil:
    facts = _pupil(PupilFacts(full_name=""), book)
    return NewPupil(
        id=pupil_id,
        name_fold=fold(facts.full_name),
        sort_key=name_sort_key(facts.full_name),
        **{
            name: getattr(facts, name)
            for name in ("full_name", "birth_date", "gender", "ethnicity", "nationality", "birth_place")
        },
        **{name: getattr(facts, name) for name in ("hometown", "address", "father", "mother", "guardian")},
        citizen_number=None,
        pupil_code=facts.pupil_code,
    )


class SandboxYear(SchoolYearDemo):
    """The year of the sandbox's class, in which each book stops where its fate says."""

    async def _records(self, person: Person, *states: str) -> list[dict[str, Any]]:
        found = await super()._records(person, *states)
        going_on = [record for record in found if not _ends_here(record)]
        # the year withdraws the first issued one and replaces the first accepted one
        first = {"ISSUED": Fate.WITHDRAWN, "ACCEPTED": Fate.REPLACED, "LOCKED": Fate.LOCKED}.get(states[0])
        return sorted(going_on, key=lambda record: FATES[record["lookupCode"]] is not first)


def _ends_here(record: dict[str, Any]) -> bool:
    """Whether the book's year goes no further than it has come."""
    revision = record["workingRevision"]
    stops: dict[Fate, bool] = {
        Fate.UNSIGNED: revision["state"] == "DRAFT",
        Fate.ISSUED: revision["state"] == "ISSUED",
        Fate.WITHDRAWN: revision["number"] > 1,
    }
    return stops.get(FATES[record["lookupCode"]], False)

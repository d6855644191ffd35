"""What programs of other institutions see of a book: no more than their purpose needs."""

from datetime import date

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.access import AccessPurpose
from backend.domain.integrators import Detail
from backend.domain.outcome import Outcome
from backend.schema.lookup import LookupResult


@strawberry.type(description="One locked year as an admission office needs it.")
class RegistryOutcome:
    school_year: str
    grade: int
    school_name: str
    outcome: Outcome | None
    completed: bool | None
    promoted: bool | None
    pdf_digest: str | None = strawberry.field(description="SHA-256 of the final PDF.")
    xml_digest: str | None = strawberry.field(description="SHA-256 of the final XML.")


@strawberry.type(
    description="A locked book as far as the purpose needs it. Right: integrators with the purpose's scope."
)
class RegistryRecord:
    purpose: AccessPurpose
    detail: Detail
    book: LookupResult = strawberry.field(description="The verdict; whole with detail FULL, else masked.")
    full_name: str | None = strawberry.field(description="From detail SUMMARY on.")
    birth_date: date | None = strawberry.field(description="From detail SUMMARY on.")
    outcomes: list[RegistryOutcome] = strawberry.field(description="From detail SUMMARY on.")

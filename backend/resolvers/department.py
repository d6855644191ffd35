"""Submissions and locks."""

import strawberry
from strawberry import relay

from backend.db.repositories import organisation, periods, submissions
from backend.resolvers.answering import Info, answering, node_key, node_keys, year_of
from backend.schema.department import LockPeriod, Submission
from backend.schema.organisation import (
    ClassProgress,
    DistrictProgress,
    SchoolProgress,
    class_progress,
    unit_counts,
)
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.payloads import LockPeriodPayload, RecordsPayload, SubmissionPayload
from backend.schema.records import Record
from backend.services import locking
from backend.services import submissions as submission_cases


async def list_submissions(
    info: Info, school_id: relay.GlobalID | None = None, first: int | None = None, after: str | None = None
) -> relay.Connection[Submission]:
    """Class packets, newest first."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    size = page_size(first)
    rows = await submissions.page(
        node_key(school_id, "OrgUnit", "schoolId") if school_id else None,
        before_id=row_after(after),
        limit=size + 1,
    )
    nodes = [Submission.of(row) for row in rows]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


async def list_periods(school_year: str | None = None) -> list[LockPeriod]:
    """Lock periods of a school year, or all."""
    year = None if school_year is None else year_of(school_year).start
    return [LockPeriod.of(row) for row in await periods.of_year(year)]


async def progress(
    info: Info, school_year: str, school_id: relay.GlobalID | None = None
) -> list[ClassProgress]:
    """How many records of each class stand in which state, exact at this moment."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    key = node_key(school_id, "OrgUnit", "schoolId") if school_id else None
    return class_progress(await organisation.counts(year_of(school_year).start, key))


async def school_progress(
    info: Info, school_year: str, district_id: relay.GlobalID | None = None
) -> list[SchoolProgress]:
    """How many records of each school stand in which state, exact at this moment."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    key = node_key(district_id, "OrgUnit", "districtId") if district_id else None
    year = year_of(school_year).start
    by_school = unit_counts(await organisation.school_counts(year, key))
    return [
        SchoolProgress(school_id=school_id, school_year=year, counts=counts)
        for school_id, counts in by_school.items()
    ]


async def district_progress(info: Info, school_year: str) -> list[DistrictProgress]:
    """How many records of each district's schools stand in which state, exact at this moment."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    by_district = unit_counts(await organisation.district_counts(year_of(school_year).start))
    return [DistrictProgress(district_id=unit_id, counts=counts) for unit_id, counts in by_district.items()]


@answering(lambda errors: SubmissionPayload(user_errors=errors))
async def submit(info: Info, record_ids: list[relay.GlobalID]) -> SubmissionPayload:
    """Send issued records of one class to the department; all or none."""
    keys = node_keys(record_ids, "Record", "recordIds")
    submission_id = await submission_cases.submit(info.context.staff, keys)
    found = await submissions.find([submission_id])
    return SubmissionPayload(submission=Submission.of(found[submission_id]))


@answering(lambda errors: RecordsPayload(user_errors=errors))
async def accept(info: Info, record_ids: list[relay.GlobalID]) -> RecordsPayload:
    """Accept submitted records; all or none."""
    keys = node_keys(record_ids, "Record", "recordIds")
    rows = await submission_cases.accept(info.context.staff, keys)
    return RecordsPayload(records=[Record.of(row) for row in rows])


@answering(lambda errors: RecordsPayload(user_errors=errors))
async def accept_submission(info: Info, submission_id: relay.GlobalID) -> RecordsPayload:
    """Accept every record of a packet that still waits."""
    key = node_key(submission_id, "Submission", "submissionId")
    rows = await submission_cases.accept_packet(info.context.staff, key)
    return RecordsPayload(records=[Record.of(row) for row in rows])


@answering(lambda errors: LockPeriodPayload(user_errors=errors), step_up=True)
async def seal(info: Info, lock_period_id: relay.GlobalID, dry_run: bool = False) -> LockPeriodPayload:
    """Begin the lock of a period whose deadline has passed; nothing can change after it."""
    key = node_key(lock_period_id, "LockPeriod", "lockPeriodId")
    done = await (locking.preview if dry_run else locking.seal)(info.context.staff, key)
    return LockPeriodPayload(lock_period=LockPeriod.of(done.period))


@strawberry.type
class DepartmentMutations:
    submission_create: SubmissionPayload = strawberry.mutation(
        resolver=submit, description="Submit issued records of one class. Right: principal, clerk."
    )
    record_accept: RecordsPayload = strawberry.mutation(
        resolver=accept, description="Accept submitted records. Right: department."
    )
    submission_accept: RecordsPayload = strawberry.mutation(
        resolver=accept_submission, description="Accept what waits in a packet. Right: department."
    )
    lock_period_seal: LockPeriodPayload = strawberry.mutation(
        resolver=seal,
        description="Chốt: begin the lock of a period that is due; the worker goes on until every due record is locked."
        " Right: department (plan, part III).",
    )

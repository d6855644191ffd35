"""Importing an uploaded file (``POST /uploads``) into the drafts of a school."""

import asyncio

import strawberry
from strawberry import relay

from backend.adapters import uploads
from backend.db.repositories import organisation
from backend.domain.errors import NotFoundError, SchoolUnknownError
from backend.domain.messages import Language
from backend.files.parsed import FileDefaults, LocatedFault
from backend.files.read import read_file
from backend.resolvers.answering import Info, answering, node_key, year_of
from backend.schema.error_codes import ErrorCode
from backend.schema.errors import UserError
from backend.schema.payloads import ImportLine, ImportPayload, ImportReport
from backend.services.importing import Report, RowAction, import_file, require_import

LINES_MAX = 1000


@answering(lambda errors: ImportPayload(user_errors=errors))
async def run(
    info: Info,
    upload: str,
    school_id: relay.GlobalID,
    school_year: str,
    dry_run: bool = True,
    all_or_nothing: bool = False,
) -> ImportPayload:
    """Compare a file with the drafts and, unless it is a dry run, write the difference."""
    actor = info.context.staff
    key, year = node_key(school_id, "OrgUnit", "schoolId"), year_of(school_year)
    require_import(actor, key)
    school = (await organisation.find_units([key])).get(key)
    kept = await uploads.find(info.context.services.redis, upload)
    if school is None:
        raise SchoolUnknownError(field="schoolId")
    if kept is None:
        raise NotFoundError(field="upload")
    defaults = FileDefaults(school_year=year)
    parsed = await asyncio.to_thread(read_file, kept[0], kept[1], school=school.facts, defaults=defaults)
    done = await import_file(actor, key, parsed, dry_run=dry_run, all_or_nothing=all_or_nothing)
    return ImportPayload(report=_report(done, info.context.language))


def _report(done: Report, language: Language) -> ImportReport:
    located = [item for row in done.rows for item in row.faults]
    return ImportReport(
        rows=len(done.rows),
        created=done.count(RowAction.CREATED),
        changed=done.count(RowAction.CHANGED),
        unchanged=done.count(RowAction.UNCHANGED),
        refused=done.count(RowAction.REFUSED),
        dry_run=done.dry_run,
        lines=[_line(item, language) for item in located[:LINES_MAX]],
    )


def _line(item: LocatedFault, language: Language) -> ImportLine:
    code = ErrorCode(item.fault.code)
    error = UserError(code=code, message=item.sentence(language), field=item.fault.field.split("."))
    return ImportLine(
        sheet=item.sheet,
        row=item.row,
        column=item.column,
        value=item.fault.value,
        error=error,
        warning=item.is_warning,
    )


@strawberry.type
class ImportMutations:
    records_import: ImportPayload = strawberry.mutation(
        resolver=run,
        description="Import an uploaded file; a dry run unless told otherwise. Right: principal, deputy, clerk.",
    )

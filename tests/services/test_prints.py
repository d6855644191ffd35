"""A school confirms printed copies of what is in effect; the family sees each among the reads of the book."""

import hashlib
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from backend.adapters.store import ObjectStore
from backend.db import sql
from backend.db.repositories import prints
from backend.db.repositories.prints import PrintRow
from backend.db.scope import scoped
from backend.domain.access import AccessPurpose
from backend.domain.calendar import Window
from backend.domain.domain_error import DomainError
from backend.domain.errors import NotFoundError, NotPermittedError, ReasonRequiredError
from backend.domain.policy import Actor, Refusal
from backend.domain.printing import PrintedCopy, grouped, sheet
from backend.domain.report_table import ReportTable
from backend.jobs import DrawPrintSheet
from backend.services import prints as cases
from signing_worker.handlers import Handlers
from signing_worker.production import Production
from signing_worker.render.report import render_report
from signing_worker.render.sheet import RenderedReport
from tests.fixtures.ledger import as_application, as_worker, lock, submit_own
from tests.fixtures.world import World

FILE = hashlib.sha256(b"the final file").hexdigest()
NETWORK = "192.0.2.0/24"


@pytest.fixture
async def locked(world: World) -> int:
    """A record of the guardian's child that is locked and has its final file."""
    record_id = (await submit_own(world))[0]
    await lock(world, Window.MAIN, record_id)
    await world.owner.run(
        "INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)"
        " SELECT standing_revision_id, 'LOCK_SEAL', 'PDF', $2, 14, now() FROM year_record WHERE id = $1",
        record_id,
        FILE,
    )
    return record_id


async def confirm(
    actor: Actor, record_id: int, recipient: str = "Trường THCS Một", *, dry_run: bool = False
) -> PrintRow | None:
    async with scoped(actor, write=True):
        return await cases.confirm(
            actor, record_id, recipient, AccessPurpose.ADMISSION, "Nhập học lớp 6", NETWORK, dry_run=dry_run
        )


async def traces(world: World) -> list[int]:
    """How many copies, reads, acts and jobs there are."""
    (row,) = await world.owner.run(
        "SELECT (SELECT count(*) FROM print_confirmation)::int AS prints,"
        " (SELECT count(*) FROM access_event WHERE means = 'PRINT')::int AS reads,"
        " (SELECT count(*) FROM audit_event WHERE action = 'RECORD_PRINT')::int AS acts,"
        " (SELECT count(*) FROM pgqueuer WHERE entrypoint = 'print.sheet/1')::int AS jobs"
    )
    return list(row.values())


async def test_a_copy_says_who_printed_what_for_whom(world: World, locked: int) -> None:
    """The version, the final file and the code are noted, and the family sees the school's print."""
    clerk = world.own.actors["vt"]
    row = await confirm(clerk, locked)
    assert row is not None
    assert (row.copy.recipient, row.copy.note, row.copy.purpose) == (
        "Trường THCS Một",
        "Nhập học lớp 6",
        AccessPurpose.ADMISSION,
    )
    assert (row.copy.revision_number, row.copy.file_digest, row.copy.school_name) == (
        1,
        FILE,
        world.own.facts.name,
    )
    assert await traces(world) == [1, 1, 1, 1]
    async with scoped(world.guardian, write=False):
        (seen,) = await sql.rows("SELECT reader, reader_name, purpose, means, network FROM access_event")
        listed = await prints.of_records([locked])
    assert tuple(seen.values()) == ("SCHOOL", world.own.facts.name, "ADMISSION", "PRINT", NETWORK)
    assert [item.id for item in listed[locked]] == [row.id]


async def test_only_what_is_in_effect_is_printed_by_who_may(world: World, locked: int) -> None:
    """Teacher, department, another school, nobody named, a draft, a trial: nothing is noted."""
    clerk, teacher = world.own.actors["vt"], world.own.actors["gv.4A"]
    other = world.schools[2].actors["vt"]
    (draft,) = await world.owner.run(
        "SELECT id FROM year_record WHERE school_id = $1 LIMIT 1", world.schools[2].id
    )
    refusals: list[tuple[Actor, int, str, type[DomainError]]] = [
        (teacher, locked, "Bà A", NotPermittedError),
        (world.department, locked, "Bà A", NotPermittedError),
        (other, locked, "Bà A", NotFoundError),
        (clerk, locked, "  ", ReasonRequiredError),
        (other, draft["id"], "Bà A", NotPermittedError),
    ]
    for actor, record_id, whom, error in refusals:
        with pytest.raises(error):
            await confirm(actor, record_id, whom)
    assert await confirm(clerk, locked, dry_run=True) is None
    assert await traces(world) == [0, 0, 0, 0]


async def test_a_lock_without_its_final_file_is_not_printed(world: World) -> None:
    """Until the department's seal is on the file there is nothing to print from."""
    record_id = (await submit_own(world))[0]
    await lock(world, Window.MAIN, record_id)
    with pytest.raises(NotPermittedError) as caught:
        await confirm(world.own.actors["ht"], record_id)
    assert caught.value.reason == Refusal.STATE
    assert await traces(world) == [0, 0, 0, 0]


async def test_a_copy_is_seen_by_its_school_those_above_and_the_family(world: World, locked: int) -> None:
    """Leaders and clerk, its district, department and parent; no teacher, no other school or district."""
    await confirm(world.own.actors["ht"], locked)
    there = (
        world.own.actors["vt"],
        world.own.actors["pht"],
        world.district["193"],
        world.department,
        world.guardian,
    )
    absent = (world.own.actors["gv.4A"], world.schools[2].actors["ht"], world.district["194"])
    for actor, count in (*((item, 1) for item in there), *((item, 0) for item in absent)):
        async with scoped(actor, write=False):
            assert len((await prints.of_records([locked]))[locked]) == count, actor.role


class Drawing:
    """Draws here, and counts."""

    def __init__(self) -> None:
        self.drawn = 0

    async def report(self, table: ReportTable) -> RenderedReport:
        self.drawn += 1
        return render_report(table)


async def test_the_worker_draws_the_sheet_once(world: World, locked: int, tmp_path: Path) -> None:
    """A job that runs twice draws once; the stored sheet is a PDF, and the school finds it at its copy."""
    row = await confirm(world.own.actors["ht"], locked)
    assert row is not None
    nothing: Any = Mock()
    store, drawing = ObjectStore(f"file://{tmp_path}"), Drawing()
    made = Production(store, drawing, nothing, "")  # type: ignore[arg-type]
    parts = {field.name: nothing for field in fields(Handlers)} | {"production": made}
    await as_worker(world)
    for _ in range(2):
        await Handlers(**parts).handle(DrawPrintSheet(row.id), 0)
    assert drawing.drawn == 1
    await as_application(world)
    async with scoped(world.own.actors["ht"], write=False):
        digest = (await prints.find([row.id]))[row.id].sheet_digest
    assert digest is not None
    assert (await store.get(digest)) == render_report(sheet(row.copy)).pdf


def test_the_sheet_carries_code_version_digests_and_the_confirmation() -> None:
    """Everything by which the copy is compared with the record stands on the sheet, with the place for the stamp."""
    copy = PrintedCopy(
        pupil_name="Nguyễn Thị Ánh",
        school_name="Trường Tiểu học Một",
        class_name="5A",
        school_year=2024,
        lookup_code="0123456789abcdef0123456789abcdef",
        revision_number=2,
        content_digest="c" * 64,
        file_digest="f" * 64,
        printed_by="Trần Văn Thư",
        printed_at=datetime(2025, 7, 1, 1, 30, tzinfo=UTC),
        recipient="Trường THCS Một",
        purpose=AccessPurpose.ADMISSION,
        note="",
    )
    table = sheet(copy)
    values = dict(table.rows)
    assert values["Mã số tra cứu học bạ"] == "01234567 89abcdef 01234567 89abcdef"
    assert values["Phiên bản"] == "2"
    assert values["Mã băm tệp PDF (SHA-256)"] == grouped("f" * 64)
    assert values["Thời điểm in"] == "08:30 01/07/2025"
    assert values["Mục đích"] == "Tuyển sinh, nhập học"
    assert values["Xác nhận của nhà trường"] == copy.line
    for part in ("Trường Tiểu học Một", "phiên bản 2", "01234567 89abcdef", "Trường THCS Một"):
        assert part in copy.line
    assert {len(row) for row in table.rows} == {len(table.columns)}

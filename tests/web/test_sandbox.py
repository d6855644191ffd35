"""The sandbox: what the guide lists is what a server with those books answers."""

import re
import secrets
from dataclasses import replace

import pytest

from backend.cli import conformance
from backend.cli.conformance import LOCKED_FATES, VERDICTS, Subject
from backend.cli.demo import sandbox
from backend.cli.demo.sandbox import BOOKS, Fate
from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.school_year import SchoolYear
from backend.services.importing import RowAction, import_file
from tests.architecture.sources import ROOT
from tests.fixtures.integrators import SECRET, Client
from tests.fixtures.world import World, parsed, pupil_content
from tests.web.conftest import Site

GUIDE = (ROOT / "infra" / "integrators.md").read_text("utf-8")
ROW = re.compile(
    r"\| `([A-Z]+)` \| `([0-9a-f]{32})` \| (.+) \| ([0-9-]+) \| `(.{5}-.{5})` \| (\S+) \| (\w+) \|"
)
YEAR, CLASS = SchoolYear(2023), "1S"
ACCEPTED = ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED", "SUBMITTED", "ACCEPTED")
WAYS: dict[Fate, tuple[str, ...]] = {
    Fate.LOCKED: (*ACCEPTED, "LOCKED"),
    Fate.REPLACED: (*ACCEPTED, "SUPERSEDED"),
    Fate.WITHDRAWN: (*ACCEPTED[:4], "WITHDRAWN"),
    Fate.ISSUED: ACCEPTED[:3],
    Fate.UNSIGNED: (),
}
"""The states that a book's first revision passes through."""

_NEXT = (
    "INSERT INTO revision SELECT r.* FROM revision o, jsonb_populate_record(o, jsonb_build_object("
    "'id', nextval('revision_id_seq'), 'number', 2, 'state', 'DRAFT', 'predecessor_id', o.id)) r WHERE o.id = $1"
    " RETURNING id"
)


def test_the_guide_lists_the_sandbox() -> None:
    """Every book with its code, pupil, second factors and the two answers, and nothing else."""
    listed = [found.groups() for found in map(ROW.fullmatch, GUIDE.splitlines()) if found]
    assert listed == [
        (
            str(book.fate),
            book.code.value,
            book.pupil_name,
            book.birth_date.isoformat(),
            book.share_code.grouped,
            f"`{VERDICTS[book.fate]}`" if book.fate in VERDICTS else "refused",
            "opens" if book.fate in LOCKED_FATES else "refused",
        )
        for book in BOOKS
    ]
    assert {book.fate for book in BOOKS} == set(Fate)


@pytest.fixture
async def sandbox_site(site: Site, world_template: World) -> Site:
    """The site with the sandbox's books, each brought to its fate by the owner; no files are made."""
    school = world_template.schools[1]
    await open_database(site.owner_url, pool=1)
    async with unscoped():
        class_id = await provisioning.ensure_class(school.id, YEAR.start, 1, CLASS)
        await sandbox.open_books(school.id, class_id, YEAR)
    await close_database()
    await open_database(site.settings["DATABASE_URL"], pool=2)
    contents = [replace(pupil_content(school.facts, CLASS, 1, 0), school_year=YEAR) for _ in BOOKS]
    clerk = school.actors["vt"]
    async with scoped(clerk, write=True):
        file = parsed(sandbox.with_sandbox_pupils(contents))
        report = await import_file(clerk, school.id, file, dry_run=False)
    await close_database()
    assert report.count(RowAction.REFUSED) == 0, report
    for book in BOOKS:
        await _bring(site, book.code.value, WAYS[book.fate])
    return site


async def _bring(site: Site, code: str, states: tuple[str, ...]) -> None:
    (row,) = await site.owner.run(
        "SELECT y.id, y.working_revision_id AS revision FROM year_record y JOIN record_book b ON b.id = y.book_id"
        " WHERE b.lookup_code = $1",
        code,
    )
    record, revision = row["id"], row["revision"]
    for state in states:
        if state == "SUPERSEDED":
            await _lock_another(site, record, revision)
        elif state == "LOCKED":
            await _lock(site, record, revision)
        else:
            await site.owner.run("UPDATE revision SET state = $2 WHERE id = $1", revision, state)


async def _lock(site: Site, record: int, revision: int) -> None:
    await site.owner.run("UPDATE year_record SET standing_revision_id = $2 WHERE id = $1", record, revision)
    await site.owner.run(
        "UPDATE revision SET state = 'LOCKED', effective_from = now() WHERE id = $1", revision
    )


async def _lock_another(site: Site, record: int, replaced: int) -> None:
    (new,) = await site.owner.run(_NEXT, replaced)
    await site.owner.run("UPDATE year_record SET working_revision_id = $2 WHERE id = $1", record, new["id"])
    for state in ACCEPTED:
        await site.owner.run("UPDATE revision SET state = $2 WHERE id = $1", new["id"], state)
    await site.owner.run("UPDATE revision SET state = 'SUPERSEDED' WHERE id = $1", replaced)
    await _lock(site, record, new["id"])


async def test_a_program_gets_the_listed_answers(sandbox_site: Site) -> None:
    """The kit finds every promise kept, and fails when a book is not what the guide says."""
    client = await Client(f"client-{secrets.token_hex(4)}").register(sandbox_site.owner_url)
    subject = Subject(sandbox_site.address, client.client_id, SECRET, BOOKS[0].code.value, sandbox=True)
    results = await conformance.run(subject)
    assert [result for result in results if result[2]] == []
    assert [name for name, _, _ in results][-2:] == ["opens the sandbox", "looks the sandbox up"]


async def test_the_kit_sees_a_server_without_the_sandbox(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other books than the listed ones are a broken promise."""
    absent = [replace(BOOKS[0], code=replace(BOOKS[0].code, value="5a4d9999" + BOOKS[0].code.value[8:]))]
    monkeypatch.setattr(conformance, "BOOKS", absent)
    client = await Client(f"client-{secrets.token_hex(4)}").register(site.owner_url)
    results = await conformance.run(Subject(site.address, client.client_id, SECRET, sandbox=True))
    assert [name for name, _, seen in results if seen] == ["opens the sandbox", "looks the sandbox up"]

"""``hocba proof check`` and ``hocba ledger verify``, as an operator or a holder runs them."""

import hashlib
import json
from pathlib import Path

import pytest

from backend.adapters.store import ObjectStore
from backend.db.scope import unscoped
from backend.domain.ledger import SignedNote
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from backend.services import ledger
from backend.services.ledger_verifying import LedgerFault
from signing_worker.checking import ledger as checking
from signing_worker.checking.ledger import StoredFiles
from tests.cli.commands import Done, hocba
from tests.fixtures.ledger import as_worker, give_department_key, lock_twice, put_head
from tests.fixtures.servers import DEPARTMENT_SEAL
from tests.fixtures.world import World
from tests.worker.checking.proven import Proven, make_proven


@pytest.fixture(scope="module")
def proven(pki: DevelopmentPki) -> Proven:
    return make_proven(pki)


@pytest.fixture
def holder(proven: Proven, tmp_path: Path) -> Path:
    """A folder with what a holder was given."""
    (tmp_path / "hoc-ba.pdf").write_bytes(proven.final.pdf)
    (tmp_path / "hoc-ba.xml").write_bytes(proven.final.xml)
    (tmp_path / "proof.json").write_text(json.dumps(proven.proof.json))
    (tmp_path / "head.json").write_text(json.dumps(proven.head.json))
    return tmp_path


async def _check(holder: Path, pki: DevelopmentPki, file: str, *more: str) -> Done:
    named = ("--proof", holder / "proof.json", "--head", holder / "head.json", "--trust", pki.trust_roots[0])
    return await hocba("proof", "check", str(holder / file), *map(str, named), *more)


async def test_a_holder_checks_their_files(holder: Path, pki: DevelopmentPki) -> None:
    """Both files hold; what is printed says when, by whom, and nothing of the pupil."""
    for file in ("hoc-ba.pdf", "hoc-ba.xml"):
        done = await _check(holder, pki, file, "--signer", DEPARTMENT_SEAL.common_name)
        assert done.code == 0, done.output
        assert "HOLDS" in done.output
        assert f"head signed by {DEPARTMENT_SEAL.common_name}" in done.output
        assert "leaf 4 of 7" in done.output


async def test_a_changed_file_and_an_unreadable_one_have_codes_of_their_own(
    holder: Path, pki: DevelopmentPki
) -> None:
    """1 when something does not hold, 2 when it cannot be read."""
    changed = (holder / "hoc-ba.xml").read_bytes().replace(b"<MUC_DAT_DUOC>T", b"<MUC_DAT_DUOC>H", 1)
    (holder / "hoc-ba.xml").write_bytes(changed)
    done = await _check(holder, pki, "hoc-ba.xml")
    assert (done.code, "not the one that was locked" in done.output) == (1, True)
    (holder / "proof.json").write_text("{}")
    done = await _check(holder, pki, "hoc-ba.pdf")
    assert (done.code, "cannot be read" in done.output) == (2, True)


async def test_an_operator_verifies_the_ledger(
    world: World, pki: DevelopmentPki, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """0 for a whole ledger, also through a kept head; a record changed by a superuser is named by its leaf."""
    monkeypatch.setenv("PKI_TRUST_ROOTS", str(pki.trust_roots[0]))
    monkeypatch.setenv("STORE_URL", f"file://{tmp_path}")
    await lock_twice(world)
    done = await hocba("ledger", "verify", urls=world.urls)
    assert (done.code, "5 leaves" in done.output, "0 faults" in done.output) == (0, True, True), done.output
    await world.owner.run("ALTER TABLE revision DISABLE TRIGGER USER")
    await world.owner.run(
        "UPDATE revision SET content = content || '{\"absentExcused\": 77}' WHERE id ="
        " (SELECT revision_id FROM ledger_entry WHERE index = 2)"
    )
    done = await hocba("ledger", "verify", "--without-files", urls=world.urls)
    assert (done.code, "CONTENT_CHANGED at 2" in done.output, "1 faults" in done.output) == (1, True, True)


async def test_a_signature_that_nobody_made_is_found(world: World, pki: DevelopmentPki) -> None:
    """A head that was put into the table without a signature."""
    await lock_twice(world)
    await give_department_key(world)
    await put_head(world)
    verdict = await checking.verify(world.urls.worker, None, pki.trust_roots, [])
    assert [(fault.kind, fault.place) for fault in verdict.faults] == [(LedgerFault.SIGNATURE, 5)]
    await as_worker(world)
    async with unscoped():
        assert await ledger.begin_head() is None


async def test_stored_files_are_held_against_the_leaf(proven: Proven, tmp_path: Path) -> None:
    """Whole, then one lost, then another record's in its place."""
    store = ObjectStore(f"file://{tmp_path}")
    places = {
        (role, kind): (files.xml if kind is ArtefactKind.XML else files.pdf)
        for role, files in (
            (SignatureRole.SCHOOL_SEAL, proven.issued),
            (SignatureRole.LOCK_SEAL, proven.final),
        )
        for kind in ArtefactKind
    }
    digests = {place: await store.put(data) for place, data in places.items()}
    files, leaf = StoredFiles(store), proven.proof.leaf
    assert await files.judge(leaf, digests) is None
    lost = digests | {(SignatureRole.LOCK_SEAL, ArtefactKind.PDF): hashlib.sha256(b"lost").hexdigest()}
    assert await files.judge(leaf, lost) is LedgerFault.FILE_LOST
    other = digests | {(SignatureRole.LOCK_SEAL, ArtefactKind.XML): await store.put(b"<HOC_BA_SO/>")}
    assert await files.judge(leaf, other) is LedgerFault.FILE_CHANGED


async def test_the_head_that_was_made_here_holds(proven: Proven, pki: DevelopmentPki) -> None:
    """What judges the heads of the ledger believes a real one, and no other's."""
    roots = checking.load_certificates(pki.trust_roots[:1])
    assert await checking.head_holds(proven.head, roots)
    forged = SignedNote(note=proven.head.note, signature=b"none", timestamp=proven.head.timestamp)
    assert not await checking.head_holds(forged, roots)

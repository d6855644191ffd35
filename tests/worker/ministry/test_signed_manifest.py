"""The manifest of a report is signed with the department's own key, and others' tools believe it."""

import asyncio
import hashlib
import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import orjson

from backend.db.repositories.people import Credential
from backend.db.scope import scoped
from backend.embedded.ministry import DevelopmentMinistry
from backend.embedded.pki import DevelopmentPki
from backend.services import ministry as reports
from signing_worker.ministry.packing import MANIFEST, SIGNATURE, TIMESTAMP
from signing_worker.sign import process
from signing_worker.sign.work import HeadWork, SignedHead
from tests.fixtures.ledger import as_application, as_worker, give_department_key
from tests.fixtures.ministry import LOCKED, Reporting, locked_window, taken
from tests.fixtures.servers import DEPARTMENT_SEAL
from tests.fixtures.world import World
from tests.worker.making import setup


async def _sign(text: str, credential: Credential) -> SignedHead:
    work = HeadWork(
        note=text.encode(),
        locator=credential.locator,
        certificate=credential.certificate,
        owner_name=credential.owner_name,
    )
    signed = await asyncio.to_thread(process.sign_head, work)
    assert isinstance(signed, SignedHead), signed
    return signed


async def _reporting(
    world: World, folder: Path, server: DevelopmentMinistry, pki: DevelopmentPki
) -> Reporting:
    """A locked window of a department whose real certificate is registered."""
    reporting = await locked_window(world, folder, server)
    await world.owner.run(
        "UPDATE org_unit SET name = $1 WHERE kind = 'DEPARTMENT'", DEPARTMENT_SEAL.common_name
    )
    await world.owner.run("ALTER TABLE signing_credential DISABLE TRIGGER USER")
    await world.owner.run("DELETE FROM signing_credential WHERE unit_id = $1", world.department.unit_id)
    await world.owner.run("ALTER TABLE signing_credential ENABLE TRIGGER USER")
    await give_department_key(
        world, pki.certificate_file(DEPARTMENT_SEAL.label).read_text(), DEPARTMENT_SEAL.label
    )
    return replace(reporting, work=replace(reporting.work, sign=_sign))


def _accepts(
    folder: Path, pki: DevelopmentPki, manifest: bytes, signature: bytes, stamp: bytes
) -> tuple[bool, bool]:
    """Whether OpenSSL believes the signature over the manifest, and the timestamp over the signature."""
    files = {"manifest": manifest, "signature": signature, "stamp": stamp}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    root, others = folder / "root.pem", folder / "others.pem"
    root.write_text("".join(path.read_text() for path in pki.trust_roots))
    others.write_text("".join(path.read_text() for path in pki.intermediates))
    commands = (
        f"openssl cms -verify -binary -inform DER -in signature -content manifest -CAfile {root} -purpose any",
        f"openssl ts -verify -data signature -in stamp -token_in -CAfile {root} -untrusted {others}",
    )
    done = [subprocess.run(item.split(), cwd=folder, capture_output=True, check=False) for item in commands]
    return done[0].returncode == 0, done[1].returncode == 0


async def test_openssl_believes_the_manifest_that_was_sent(
    world: World, tmp_path: Path, ministry: DevelopmentMinistry, pki: DevelopmentPki
) -> None:
    """Signature and timestamp hold for the manifest as stored and sent, for no other, and its counts are those sent."""
    reporting = await _reporting(world, tmp_path / "store", ministry, pki)
    async with scoped(world.department, write=True):
        await reports.build(world.department, reporting.period_id, dry_run=False)
    await as_worker(world)
    await asyncio.to_thread(process.start, setup(pki))
    report_id = await reporting.build()
    await asyncio.to_thread(process.stop)
    parts = await world.owner.run("SELECT number, digest, record_count FROM ministry_part ORDER BY number")
    packed = zipfile.ZipFile(io.BytesIO(await reporting.store.get(parts[0]["digest"])))
    manifest, signature, stamp = (packed.read(name) for name in (MANIFEST, SIGNATURE, TIMESTAMP))
    assert _accepts(tmp_path, pki, manifest, signature, stamp) == (True, True)
    assert _accepts(tmp_path, pki, manifest.replace(b"1", b"2", 1), signature, stamp) == (False, True)
    said = orjson.loads(manifest)
    assert LOCKED in said.values()
    assert parts[1]["digest"] in manifest.decode()
    await as_application(world)
    async with scoped(world.department, write=True):
        await reports.send(world.department, report_id, configured=True)
    await as_worker(world)
    await reporting.send()
    await reporting.send()
    assert {digest for digest, _ in taken(ministry)} == {part["digest"] for part in parts}
    assert hashlib.sha256(await reporting.store.get(parts[0]["digest"])).hexdigest() == parts[0]["digest"]
    assert await reporting.states("ministry_report") == ["ANSWERED"]

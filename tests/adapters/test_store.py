"""The write-once store: a file is stored once, read back whole or not at all."""

import hashlib
from pathlib import Path

import pytest

from backend.adapters.store import ObjectStore
from backend.domain.errors import StoreUnavailableError

DATA = b"<HOC_BA_SO/>"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose name needs escaping in a URL."""
    return tmp_path / "kho học bạ"


@pytest.fixture
def store(folder: Path) -> ObjectStore:
    return ObjectStore(folder.as_uri())


def _file(folder: Path) -> Path:
    return folder / "artefacts" / DIGEST[:2] / DIGEST[2:4] / DIGEST


async def test_a_file_is_found_by_its_digest(store: ObjectStore) -> None:
    """The name of a file is the SHA-256 of its bytes."""
    assert await store.put(DATA) == DIGEST
    assert await store.get(DIGEST) == DATA


async def test_storing_again_writes_nothing(store: ObjectStore, folder: Path) -> None:
    """A second time is the same as once: the stored file is not touched."""
    await store.put(DATA)
    before = _file(folder).stat()
    assert await store.put(DATA) == DIGEST
    after = _file(folder).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


async def test_a_silently_changed_file_is_not_served(store: ObjectStore, folder: Path) -> None:
    """What no longer has its digest is worse than missing."""
    await store.put(DATA)
    _file(folder).write_bytes(DATA + b" ")
    with pytest.raises(StoreUnavailableError):
        await store.get(DIGEST)


async def test_a_missing_file_is_a_named_fault(store: ObjectStore) -> None:
    """A file that is not there is a fault with a code, not a file of nothing."""
    with pytest.raises(StoreUnavailableError):
        await store.get(DIGEST)


async def test_a_store_that_is_away_is_named_and_taken_up_when_it_comes_back(tmp_path: Path) -> None:
    """A place that cannot be written delays what is to be stored and comes back without a restart."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    store = ObjectStore(blocked.as_uri())
    with pytest.raises(StoreUnavailableError):
        await store.put(DATA)
    assert blocked.read_text() == "a file where the folder should be"
    blocked.unlink()
    assert await store.put(DATA) == DIGEST


async def test_an_unknown_kind_of_store_is_refused_by_its_setting() -> None:
    """A mistyped URL names the setting and what it takes."""
    with pytest.raises(ValueError, match=r"STORE_URL begins with file:// or s3://"):
        await ObjectStore("ftp://kho").put(DATA)

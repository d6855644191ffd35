"""Verifying the whole ledger from the database and the store, with what only the worker can judge."""

from collections.abc import Sequence
from pathlib import Path

from asn1crypto import x509

from backend.adapters.store import ObjectStore
from backend.db.connection import close_database, open_database
from backend.domain.errors import StoreUnavailableError
from backend.domain.ledger import Leaf, SignedNote
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import SignatureRole
from backend.ports import ArtefactStore
from backend.services import ledger_verifying
from backend.services.ledger_verifying import Digests, LedgerFault, Verdict
from signing_worker.checking.failed import CheckFailedError
from signing_worker.checking.files import issued_part
from signing_worker.checking.heads import judge_head
from signing_worker.sign.trust import load_certificates

ISSUED, SEALED = SignatureRole.SCHOOL_SEAL, SignatureRole.LOCK_SEAL


class StoredFiles:
    """Every file of a leaf, read from the store: as issued, and as the department sealed it."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store

    async def judge(self, leaf: Leaf, digests: Digests) -> LedgerFault | None:
        """The first thing that is wrong with the files."""
        for kind in ArtefactKind:
            for role in (ISSUED, SEALED):
                digest = digests.get((role, kind))
                if digest is None:
                    continue
                try:
                    data = await self._store.get(digest)
                    issued_part(data, leaf)
                except StoreUnavailableError:
                    return LedgerFault.FILE_LOST
                except CheckFailedError:
                    return LedgerFault.FILE_CHANGED
        return None


async def verify(
    database_url: str, store_url: str | None, roots: Sequence[Path], kept: Sequence[SignedNote]
) -> Verdict:
    """Verify the ledger of a database; without a store its files are left out."""
    trusted = load_certificates(roots)

    async def holds(head: SignedNote) -> bool:
        return await head_holds(head, trusted)

    await open_database(database_url, pool=2, application_name="hocba-ledger")
    try:
        files = None if store_url is None else StoredFiles(ObjectStore(store_url))
        return await ledger_verifying.verify(files, holds, kept)
    finally:
        await close_database()


async def head_holds(head: SignedNote, roots: Sequence[x509.Certificate]) -> bool:
    """Whether a head's signature and timestamp are whole and trusted."""
    try:
        await judge_head(head, roots)
    except CheckFailedError:
        return False
    return True

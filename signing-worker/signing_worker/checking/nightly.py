"""The look at the whole ledger that the schedule asks for each night: what it finds is kept and raises an alarm."""

from dataclasses import dataclass
from pathlib import Path

from backend.db.repositories import ledger_checks
from backend.db.scope import unscoped
from backend.domain.ledger import SignedNote
from backend.observability import counted, log
from backend.ports import ArtefactStore
from backend.services import ledger_verifying
from backend.services.ledger_verifying import Verdict
from signing_worker.checking.ledger import StoredFiles, head_holds
from signing_worker.sign.trust import load_certificates


@dataclass(frozen=True, slots=True)
class LedgerLook:
    """Verifies the ledger of the system it runs in, without heads that are kept elsewhere: those an operator has."""

    store: ArtefactStore
    roots: tuple[Path, ...]

    async def run(self) -> Verdict:
        """Compute everything anew and keep what was found."""
        trusted = load_certificates(self.roots)

        async def holds(head: SignedNote) -> bool:
            return await head_holds(head, trusted)

        async with unscoped():
            began_at = await ledger_checks.now()
        verdict = await ledger_verifying.verify(StoredFiles(self.store), holds)
        faults = [(fault.kind.value, fault.place) for fault in verdict.faults]
        async with unscoped():
            await ledger_checks.add(
                began_at, verdict.size, verdict.root, verdict.signed_size, verdict.count, faults
            )
        for kind in sorted({kind for kind, _ in faults}):
            counted("alarm", asker="LEDGER", sign=kind)
        say = log.error if verdict.count else log.info
        say("ledger_verified", size=verdict.size, signed=verdict.signed_size, faults=verdict.count)
        return verdict

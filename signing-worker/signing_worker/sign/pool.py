"""The processes that sign: spawned, so that a key lives in one address space; replaced when one dies."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from backend.domain.errors import (
    DomainError,
    KeyUnavailableError,
    SigningFailedError,
    leaves,
)
from signing_worker.sign import process
from signing_worker.sign.work import (
    FillWork,
    HeadWork,
    PreparedWork,
    Refused,
    SheetWork,
    SignedHead,
    SignedSheet,
    SignedWork,
    SignerSetup,
    SignWork,
    Vetted,
    VetWork,
)

Work = TypeVar("Work")
Signed = TypeVar("Signed")

ERROR_OF: dict[str, type[DomainError]] = {kind.code: kind for kind in leaves(SigningFailedError)}


class SignPool:
    """Signs in child processes; one pool for a worker."""

    def __init__(self, setup: SignerSetup, processes: int) -> None:
        self._setup = setup
        self._processes = processes
        self._executor = self._spawn()

    async def sign(self, work: SignWork) -> SignedWork:
        """Make one signature.

        Raises:
            SigningFailedError: the leaf that says why not; ``transient`` ones may be tried again.
        """
        return await self._run(process.sign, work)

    async def prepare(self, work: SignWork) -> PreparedWork:
        """Make both files with blanks in the signature's place; no key is used.

        Raises:
            SigningFailedError: as for ``sign``.
        """
        return await self._run(process.prepare, work)

    async def fill(self, work: FillWork) -> SignedWork:
        """Put signatures into prepared files, and judge what came out.

        Raises:
            SigningFailedError: as for ``sign``.
        """
        return await self._run(process.fill, work)

    async def sign_head(self, work: HeadWork) -> SignedHead:
        """Sign a head of the ledger.

        Raises:
            SigningFailedError: as for ``sign``.
        """
        return await self._run(process.sign_head, work)

    async def sign_sheet(self, work: SheetWork) -> SignedSheet:
        """Sign a manifest or a receipt.

        Raises:
            SigningFailedError: as for ``sign``.
        """
        return await self._run(process.sign_sheet, work)

    async def vet(self, work: VetWork) -> Vetted:
        """Which of the certificates could not sign when they did.

        Raises:
            RevocationUnavailableError: until every authority answers.
        """
        return await self._run(process.vet, work)

    async def _run(self, make: Callable[[Work], Signed | Refused], work: Work) -> Signed:
        loop = asyncio.get_running_loop()
        executor = self._executor
        try:
            answer = await loop.run_in_executor(executor, make, work)
        except BrokenProcessPool as error:
            self._replace(executor)
            raise KeyUnavailableError from error
        if isinstance(answer, Refused):
            raise ERROR_OF[answer.code]
        return answer

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        # several callers see the same broken pool; the first replaces it
        if self._executor is broken:
            broken.shutdown(wait=False, cancel_futures=True)
            self._executor = self._spawn()

    def _spawn(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=process.start,
            initargs=(self._setup,),
        )

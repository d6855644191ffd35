"""Judging in one spawned process: a document that takes too long or too much memory ends that process alone."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from backend.domain.hand_over import HandOverFacts
from backend.domain.submission import Finding, ManifestLine, Objection, PacketFacts, RecordFact
from backend.observability import log
from signing_worker.judge import process
from signing_worker.judge.judgement import NOTHING, Judgement

Answer = TypeVar("Answer")


class JudgePool:
    """Judges one document at a time; whatever breaks the judge is answered as unknown."""

    def __init__(self, roots: Sequence[Path], intermediates: Sequence[Path]) -> None:
        self._authorities = (tuple(roots), tuple(intermediates))
        self._executor = self._spawn()
        self._turn = asyncio.Lock()

    async def judge(self, data: bytes) -> Judgement:
        """What the document's signatures say."""
        judged = await self._ask(process.judge, data)
        return NOTHING if judged is None else judged

    async def manifest(self, data: bytes, facts: PacketFacts) -> tuple[ManifestLine, ...] | Finding:
        """The lines of a packet's manifest, or what bars the whole packet."""
        judged = await self._ask(process.manifest, data, facts)
        return Finding(Objection.MANIFEST_UNREADABLE) if judged is None else judged

    async def record(self, data: bytes, fact: RecordFact) -> list[Finding]:
        """What bars one record of a packet."""
        judged = await self._ask(process.record, data, fact)
        return [Finding(Objection.RECORD_UNREADABLE)] if judged is None else judged

    async def hand_over(self, data: bytes, facts: HandOverFacts) -> bool:
        """Whether a hand-over document holds; whatever breaks the judge does not."""
        return await self._ask(process.hand_over, data, facts) is True

    async def record_pdf(self, data: bytes, fact: RecordFact) -> list[Finding]:
        """What bars one record of a packet because of its PDF."""
        judged = await self._ask(process.record_pdf, data, fact)
        return [Finding(Objection.RECORD_UNREADABLE, "pdf")] if judged is None else judged

    async def _ask(self, judge: Callable[..., Answer], *what: object) -> Answer | None:
        """The judge's answer; None when the judging has ended the process."""
        async with self._turn:
            try:
                return await asyncio.wrap_future(await asyncio.to_thread(self._executor.submit, judge, *what))
            except BrokenProcessPool:
                log.warning("judge_process_ended")
                self._executor.shutdown(wait=False, cancel_futures=True)
                self._executor = self._spawn()
                return None

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _spawn(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=process.start,
            initargs=self._authorities,
        )

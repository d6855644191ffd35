"""Judging in one spawned process: a document that takes too long or too much memory ends that process alone."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from backend.observability import log
from signing_worker.judge import process
from signing_worker.judge.judgement import NOTHING, Judgement


class JudgePool:
    """Judges one document at a time; whatever breaks the judge is answered as unknown."""

    def __init__(self, roots: Sequence[Path], intermediates: Sequence[Path]) -> None:
        self._authorities = (tuple(roots), tuple(intermediates))
        self._executor = self._spawn()
        self._turn = asyncio.Lock()

    async def judge(self, data: bytes) -> Judgement:
        """What the document's signatures say."""
        async with self._turn:
            try:
                return await asyncio.wrap_future(
                    await asyncio.to_thread(self._executor.submit, process.judge, data)
                )
            except BrokenProcessPool:
                log.warning("judge_process_ended")
                self._executor.shutdown(wait=False, cancel_futures=True)
                self._executor = self._spawn()
                return NOTHING

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _spawn(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=process.start,
            initargs=self._authorities,
        )

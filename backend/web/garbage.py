"""How seldom, and at how little, the collector of cycles looks: a look over thousands of open streams halts them all.

What a stream is made of lives for hours, and what a closed one leaves are cycles. So what has been opened is looked at
once, a part at a time, and then set aside (``gc.freeze``); only when many streams have closed is everything looked at.
"""

import gc

THRESHOLDS = (50_000, 20, 100)
"""Most of what a request leaves goes without any look."""

OPENED_TOGETHER = 100
"""Streams that are looked at together: some hundredths of a second."""

CLOSED_LEAST = 1_000
"""Closed streams, some tens of megabytes, for which it is worth looking at everything."""


class Garbage:
    """Counts streams, and says when to look."""

    def __init__(self) -> None:
        self._opened = self._closed = 0

    def start(self) -> None:
        """What the process has been made of stays."""
        gc.set_threshold(*THRESHOLDS)
        self._set_aside()

    def opened(self) -> None:
        """One more stream is open."""
        self._opened += 1
        if self._opened >= OPENED_TOGETHER:
            self._opened = 0
            self._set_aside()

    def closed(self, still_open: int) -> None:
        """One stream has closed; ``still_open`` are as many as a look at everything would halt."""
        self._closed += 1
        if self._closed >= max(CLOSED_LEAST, still_open // 2):
            self._closed = 0
            gc.unfreeze()
            self._set_aside()

    @staticmethod
    def _set_aside() -> None:
        gc.collect()
        gc.freeze()

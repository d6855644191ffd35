"""The one line of live events as a Redis stream: an entry's id is the event's position.

Redis takes ids in rising order only, so an event that is passed on a second time is refused by its number, and a
watcher who comes back reads on from the last position they saw. Redis holds no truth: after a flush the line
goes on with the next number, and who missed some is told of the gap.
"""

from collections.abc import Sequence
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import ResponseError

from backend.domain.live import ChangeKind, LiveEvent, Topic
from backend.observability import log

STREAM = "hocba:live"
KEPT_EVENTS = 100_000
PAGE = 1_000


class RedisEvents:
    """``EventBus`` over one stream."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis

    async def publish(self, events: Sequence[LiveEvent]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for event in events:
                pipe.xadd(STREAM, _fields(event), f"{event.position}-0", maxlen=KEPT_EVENTS, approximate=True)
            answers = await pipe.execute(raise_on_error=False)
        refused = [
            event for event, answer in zip(events, answers, strict=True) if isinstance(answer, Exception)
        ]
        if refused:
            await self._take_again(refused, [item for item in answers if isinstance(item, Exception)])

    async def newest(self) -> int:
        """The position of the last event, 0 when there is none."""
        found: Any = await self._redis.xrevrange(STREAM, count=1)
        return position_of(found[0][0]) if found else 0

    async def history(self, after: int, upto: int) -> list[LiveEvent] | None:
        """Up to ``PAGE`` events after a position; None when the stream does not reach back so far."""
        if after >= upto:
            return []
        entries: Any = await self._redis.xrange(STREAM, f"({after}-0", f"{upto}-0", count=PAGE)
        events = [read_entry(entry) for entry in entries]
        expected = range(after + 1, after + 1 + len(events))
        whole = bool(events) and all(
            event.position == place for event, place in zip(events, expected, strict=True)
        )
        return events if whole else None

    async def _take_again(self, refused: list[LiveEvent], errors: list[Exception]) -> None:
        unexpected = next((error for error in errors if not _too_small(error)), None)
        if unexpected is not None:
            raise unexpected
        last = refused[-1]
        if await self._redis.xrange(STREAM, f"{last.position}-0", f"{last.position}-0", count=1):
            return
        # numbers that are new to it and yet too small: the stream belongs to a database that is no longer ours
        log.warning("event_stream_of_another_database")
        await self._redis.delete(STREAM)
        await self.publish(refused)


def _too_small(error: Exception) -> bool:
    return isinstance(error, ResponseError) and "equal or smaller" in str(error)


def position_of(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])


def read_entry(entry: tuple[bytes, dict[bytes, bytes]]) -> LiveEvent:
    """An event from its entry in the stream."""
    entry_id, fields = entry
    return LiveEvent(
        position=position_of(entry_id),
        topic=Topic(fields[b"topic"].decode()),
        kind=ChangeKind(fields[b"kind"].decode()),
        subject_id=int(fields[b"subject"]),
        school_id=_number(fields, b"school"),
        class_id=_number(fields, b"class"),
        other_school_id=_number(fields, b"other"),
    )


def _number(fields: dict[bytes, bytes], name: bytes) -> int | None:
    return int(fields[name]) if name in fields else None


def _fields(event: LiveEvent) -> Any:
    places = {"school": event.school_id, "class": event.class_id, "other": event.other_school_id}
    return {
        "topic": event.topic.value,
        "kind": event.kind.value,
        "subject": event.subject_id,
        **{name: place for name, place in places.items() if place is not None},
    }

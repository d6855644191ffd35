"""Frames that are made once for many sockets, and what becomes of a socket whose client does not read."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from backend.adapters.channels import Batch, Channel, Watcher
from backend.domain.errors import WatchBehindError
from backend.domain.policy import PUBLIC
from backend.web import streams
from backend.web.sockets import framed
from backend.web.streams import SocketLine

texts = st.one_of(
    st.dictionaries(st.text(), st.text()), st.sampled_from([{"x": "ư" * size} for size in (40, 200, 40_000)])
)


def _messages(data: bytes) -> list[Any]:
    """What a client reads, by the library's own parser."""
    reader, found = StreamReader(), []
    reader.feed_data(data)
    reader.feed_eof()
    while not _is_read(reader):
        frame = _ended(Frame.parse(reader.read_exact, mask=False))
        assert frame.opcode is Opcode.TEXT
        assert frame.fin
        found.append(orjson.loads(frame.data))
    return found


def _is_read(reader: StreamReader) -> bool:
    return bool(_ended(reader.at_eof()))


def _ended(parsing: Any) -> Any:
    try:
        next(parsing)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("there is more to read")


@given(results=st.lists(texts, min_size=1, max_size=5), names=st.lists(st.text(min_size=1), min_size=1))
def test_each_socket_reads_its_own_id_and_everybody_the_same_results(
    results: list[dict[str, str]], names: list[str]
) -> None:
    """Whatever ids clients choose, and results of every size that a frame's head tells apart."""
    batch = Batch([(place, orjson.dumps(result)) for place, result in enumerate(results)])
    for name in names:
        assert _messages(framed(batch, orjson.dumps(name))) == [
            {"id": name, "type": "next", "payload": result} for result in results
        ]


class _Transport:
    """A protocol whose client reads nothing."""

    def __init__(self) -> None:
        self.written = b""

    @property
    def unsent(self) -> int:
        return len(self.written)

    def write_frames(self, frames: bytes) -> None:
        self.written += frames


@pytest.fixture
def kept() -> tuple[_Transport, Watcher, list[str], Any]:
    """A live subscription of a socket: its transport, watcher, what was left, and its handler."""
    transport, left = _Transport(), list[str]()
    operation = SimpleNamespace(id="a", completed=False)
    handler = SimpleNamespace(operations={"a": operation}, lines={}, context=SimpleNamespace(language="en"))
    line = SocketLine(cast(Any, handler), cast(Any, transport), cast(Any, operation))
    unused: Callable[..., Any] = cast(Any, None)
    channel = Channel("key", (), cast(Any, None), unused, cast(Any, None))
    watcher = Watcher(channel, (1, PUBLIC), line, seen=0)
    channel.watchers.add(watcher)
    line.keep(lambda: left.append("a"))
    assert operation.completed
    assert handler.lines == {"a": line}
    return transport, watcher, left, handler


async def test_a_socket_that_does_not_read_is_told_to_come_back(
    kept: tuple[_Transport, Watcher, list[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once too much waits for it, the reason follows what it was given, and its subscription is let go."""
    transport, watcher, left, handler = kept
    monkeypatch.setattr(streams, "UNSENT_BYTES", 200)
    await watcher.channel._give(Batch([(1, b'{"data":1}')]))
    assert left == []
    await watcher.channel._give(Batch([(place, b'{"data":2}') for place in (2, 3, 4, 5)]))
    *results, told, ended = _messages(transport.written)
    assert [item["payload"] for item in results] == [{"data": 1}, *[{"data": 2}] * 4]
    assert told["payload"]["errors"][0]["extensions"]["code"] == WatchBehindError.code
    assert ended == {"id": "a", "type": "complete"}
    assert (left, handler.operations, handler.lines) == (["a"], {}, {})
    before = transport.written
    await watcher.channel._give(Batch([(6, b"{}")]))
    assert transport.written == before


async def test_what_a_watcher_has_seen_is_not_sent_again(
    kept: tuple[_Transport, Watcher, list[str], Any],
) -> None:
    """A batch that begins before the place from which a watcher went live is cut there."""
    transport, watcher, *_ = kept
    watcher.seen = 2
    await watcher.channel._give(Batch([(place, b'{"data":%d}' % place) for place in (1, 2, 3)]))
    await watcher.channel._give(Batch([(3, b'{"data":3}')]))
    assert [item["payload"]["data"] for item in _messages(transport.written)] == [3]

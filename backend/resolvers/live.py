"""Subscriptions to changes in the viewer's scope, read once for all who share scope and selection.

What a subscription shows of an event is read once for a channel (``backend.adapters.channels``), by one statement or
else by executing its selection, under the scope that its watchers share; each watcher gets the same bytes. So the
generator of an operation yields nothing itself. It keeps the operation open for a transport that takes results one by
one; a transport that takes them as they come (``Line``) keeps it open by itself, and the generator ends.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable
from typing import Any, Protocol

import orjson
import strawberry
from graphql import DocumentNode, GraphQLResolveInfo, VariableNode, execute, print_ast
from graphql.language import Visitor, visit
from starlette.requests import HTTPConnection
from strawberry import relay

from backend.adapters.channels import Audience, Frame, Queue, Sink
from backend.adapters.hub import Hub, Wish
from backend.context import Context, Services, operation_variables
from backend.db.scope import scoped
from backend.domain.errors import NotFoundError, NotSignedInError, SignerUnknownError
from backend.domain.lifecycle import Action
from backend.domain.live import ChangeKind, LiveEvent, Topic
from backend.domain.messages import Language
from backend.domain.policy import Actor
from backend.resolvers.answering import Info
from backend.resolvers.identity import refresh_actor
from backend.resolvers.opened import write_down
from backend.schema.department import LockPeriod, Submission
from backend.schema.errors import shown_fault
from backend.schema.live import LiveChange
from backend.schema.organisation import SchoolClass
from backend.schema.records import Record
from backend.schema.transfers import Transfer
from backend.services.acting import refusal_for
from backend.services.watching import scope_of

Outlet = Callable[[bytes], Awaitable[None]]
"""Sends one result, already written as JSON, to whoever subscribed."""

outlet: ContextVar[Outlet] = ContextVar("outlet")
"""Opened by the transport in the task of the operation."""


class Line(Sink, Protocol):
    """A transport that takes results as they come."""

    async def drained(self) -> None:
        """Return when the client has taken most of what it was given."""
        ...

    def keep(self, leave: Callable[[], None]) -> None:
        """Keep the operation open from now on; ``leave`` ends the subscription with it."""
        ...


line: ContextVar[Line | None] = ContextVar("line", default=None)
"""Laid by such a transport in the task of the operation, in place of an outlet."""

RECORDS = frozenset({Topic.RECORD, Topic.CLASS})
SUBMISSIONS = frozenset({Topic.SUBMISSION})
LOCKS = frozenset({Topic.LOCK})
TRANSFERS = frozenset({Topic.TRANSFER})
NOTICES = frozenset({ChangeKind.OPENED, ChangeKind.GAP})
NOTHING: tuple[LiveChange, ...] = ()
NOBODY = HTTPConnection({"type": "http", "headers": []})


async def record_changes(info: Info, after: str | None = None) -> AsyncGenerator[LiveChange, None]:
    """Records in the viewer's scope that came or changed; a class when many of its records did at once."""
    await send_changes(info, RECORDS, after, CHANGES)
    for change in NOTHING:
        yield change


async def submission_status(info: Info, after: str | None = None) -> AsyncGenerator[LiveChange, None]:
    """Class packets in the viewer's scope that were sent or judged."""
    await send_changes(info, SUBMISSIONS, after, CHANGES)
    for change in NOTHING:
        yield change


async def lock_status(info: Info, after: str | None = None) -> AsyncGenerator[LiveChange, None]:
    """Lock periods that were scheduled, moved or sealed."""
    await send_changes(info, LOCKS, after, CHANGES)
    for change in NOTHING:
        yield change


async def transfer_status(info: Info, after: str | None = None) -> AsyncGenerator[LiveChange, None]:
    """Transfers in the viewer's scope that were asked for or went on."""
    await send_changes(info, TRANSFERS, after, CHANGES)
    for change in NOTHING:
        yield change


async def send_changes(info: Info, topics: frozenset[Topic], after: str | None, shows: "Showing") -> None:
    """Send changes until the client leaves or the right ends.

    Args:
        info: the operation's.
        topics: what is told of.
        after: the cursor to go on from.
        shows: what each event becomes for those who may see its subject.

    Raises:
        NotSignedInError, SignerUnknownError: when nobody with an assignment asks.
        NotFoundError: when the cursor is none of ours.
        WatchEndedError, WatchBehindError: later, when the subscription cannot go on.
    """
    context = info.context
    actor = await refresh_actor(context)
    if context.identity is None:
        raise NotSignedInError
    if actor.assignment_id is None:
        raise SignerUnknownError
    selection = Selection.of(info._raw_info, scope_of(actor), context, shows)  # noqa: SLF001 - Strawberry wraps it
    key, audience = selection.shared(topics)
    wish = Wish(
        (topics, key), topics, selection.actor, lambda: audience, actor.assignment_id, _position(after)
    )
    direct = line.get()
    if direct is None:
        await _hand_out(context.services.hub, wish, outlet.get())
    else:
        await _hand_over(context.services.hub, wish, direct)


async def _hand_out(hub: Hub, wish: Wish, send: Outlet) -> None:
    """Send one result after the other, as fast as they are taken."""
    queue = Queue()
    watcher = await hub.join(wish, queue)
    try:
        is_live = False
        while True:
            while queue.is_empty and not is_live:
                is_live = not await hub.read_past(watcher)
            await send(await queue.next())
    finally:
        hub.leave(watcher)


async def _hand_over(hub: Hub, wish: Wish, direct: Line) -> None:
    """Bring a subscription to where it is live, and leave it to the transport."""
    watcher = await hub.join(wish, direct)
    leave = partial(hub.leave, watcher)
    try:
        while await hub.read_past(watcher):
            await direct.drained()
    except BaseException:
        leave()
        raise
    direct.keep(leave)


def _position(after: str | None) -> int | None:
    if after is None:
        return None
    if not after.isdecimal() or len(after) > len(str(2**62)):
        raise NotFoundError(field="after")
    return int(after)


@dataclass(frozen=True, slots=True)
class Showing:
    """What a subscription shows: of an event, or None when the scope does not show its subject; and of a notice.

    ``only_last`` tells of the last of several events about one subject that are read together.
    """

    change: Callable[[Context, LiveEvent], Awaitable[object | None]]
    notice: Callable[[LiveEvent], object]
    only_last: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Selection(Audience):
    """What is asked of each event, as everybody in one scope sees it."""

    services: Services
    actor: Actor
    language: Language
    schema: Any
    document: DocumentNode
    document_key: str
    variables: dict[str, Any]
    variables_key: str
    operation_name: str | None
    shows: Showing

    @classmethod
    def of(cls, info: GraphQLResolveInfo[Any], actor: Actor, context: Context, shows: Showing) -> "Selection":
        """The selection of a subscription under way."""
        operation = info.operation
        document = DocumentNode(definitions=(operation, *info.fragments.values()))
        variables = operation_variables.get()
        only_cursor = _only_cursor(info, document)
        shared = {name: value for name, value in variables.items() if name != only_cursor}
        return cls(
            services=context.services,
            actor=actor,
            language=context.language,
            schema=info.schema,
            document=document,
            document_key=_text(document),
            variables=variables,
            variables_key=json.dumps(shared, sort_keys=True, default=str),
            operation_name=operation.name.value if operation.name else None,
            shows=shows,
        )

    def shared(self, topics: frozenset[Topic]) -> tuple[Hashable, Audience]:
        """Who shares what is read of events, and who reads it."""
        reads = self.services.changes
        text = (self.document_key, self.document, self.operation_name)
        compiled = reads and reads.audience(text, topics, self.actor, self)
        if compiled:
            return (compiled[0], self.document_key, self.operation_name), compiled[1]
        return (self.actor, self.language, self.document_key, self.operation_name, self.variables_key), self

    async def read(self, events: Sequence[LiveEvent]) -> list[Frame]:
        """Read the subjects in one transaction under the shared scope and execute the selection on each."""
        context = Context(
            connection=NOBODY,
            services=self.services,
            language=self.language,
            identity=None,
            actor=self.actor,
        )
        if all(event.kind in NOTICES for event in events):
            # nothing of anybody's is in a notice, and the right was judged when the subscription began
            return [
                (event.position, await self._execute(context, self.shows.notice(event))) for event in events
            ]
        if self.shows.only_last:
            events = list({(event.topic, event.subject_id): event for event in events}.values())
            events.sort(key=lambda event: event.position)
        async with scoped(self.actor, write=False):
            changes = await asyncio.gather(*(self._change(context, event) for event in events))
            seen = [(event, change) for event, change in zip(events, changes, strict=True) if change]
            texts = await asyncio.gather(*(self._execute(context, change) for _, change in seen))
        await write_down(context)
        return [(event.position, text) for (event, _), text in zip(seen, texts, strict=True)]

    async def _change(self, context: Context, event: LiveEvent) -> object | None:
        if event.kind in NOTICES:
            return self.shows.notice(event)
        return await self.shows.change(context, event)

    async def _execute(self, context: Context, change: object) -> bytes:
        result = execute(
            self.schema,
            self.document,
            root_value=change,
            context_value=context,
            variable_values=self.variables,
            operation_name=self.operation_name,
        )
        done = await result if isawaitable(result) else result
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [shown_fault(error, self.language).formatted for error in done.errors]
        return orjson.dumps(answer, default=str)


async def _change(context: Context, event: LiveEvent) -> LiveChange | None:
    """An event with its subject, or None when the scope does not show it."""
    name, find = SUBJECTS[event.topic]
    node = await find(context, event.subject_id)
    if node is None:
        return None
    subject = relay.GlobalID(name, str(event.subject_id))
    return LiveChange(cursor=str(event.position), kind=event.kind, subject_id=subject, node=node)


def _notice(event: LiveEvent) -> LiveChange:
    """Where the stream begins, or that something was missed."""
    return LiveChange(cursor=str(event.position), kind=event.kind, subject_id=None, node=None)


async def _record(context: Context, record_id: int) -> relay.Node | None:
    row = await context.loaders.records.load(record_id)
    seen = row is not None and refusal_for(context.actor, Action.VIEW, row) is None
    return Record.of(row) if row is not None and seen else None


async def _class(context: Context, class_id: int) -> relay.Node | None:
    row = await context.loaders.classes.load(class_id)
    return None if row is None else SchoolClass.of(row)


async def _submission(context: Context, submission_id: int) -> relay.Node | None:
    row = await context.loaders.submissions.load(submission_id)
    return None if row is None else Submission.of(row)


async def _period(context: Context, period_id: int) -> relay.Node | None:
    row = await context.loaders.periods.load(period_id)
    return None if row is None else LockPeriod.of(row)


async def _transfer(context: Context, transfer_id: int) -> relay.Node | None:
    row = await context.loaders.transfers.load(transfer_id)
    return None if row is None else Transfer.of(row)


SUBJECTS: dict[Topic, tuple[str, Callable[[Context, int], Awaitable[relay.Node | None]]]] = {
    Topic.RECORD: ("Record", _record),
    Topic.CLASS: ("SchoolClass", _class),
    Topic.SUBMISSION: ("Submission", _submission),
    Topic.LOCK: ("LockPeriod", _period),
    Topic.TRANSFER: ("Transfer", _transfer),
}


CHANGES = Showing(_change, _notice)


def _text(document: DocumentNode) -> str:
    location = document.definitions[0].loc
    return location.source.body if location is not None else print_ast(document)


class _Uses(Visitor):
    """Counts where a variable is used; its definition is one of the places."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.count = name, 0

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.count += node.name.value == self.name


def _only_cursor(info: GraphQLResolveInfo[Any], document: DocumentNode) -> str | None:
    """The variable that gives the cursor and nothing else: those who differ in it alone still share a channel."""
    given = (item.value for item in info.field_nodes[0].arguments or () if item.name.value == "after")
    value = next(given, None)
    if not isinstance(value, VariableNode):
        return None
    uses = _Uses(value.name.value)
    visit(document, uses)
    defined_and_used = 2
    return value.name.value if uses.count == defined_and_used else None


@strawberry.type
class LiveSubscriptions:
    record_changes = strawberry.subscription(
        resolver=record_changes,
        description="Records that came or changed. Right: staff, their scope.",
    )
    submission_status = strawberry.subscription(
        resolver=submission_status,
        description="Class packets sent or judged. Right: school, district, department, their scope.",
    )
    lock_status = strawberry.subscription(
        resolver=lock_status, description="Lock periods scheduled, moved or sealed. Right: staff."
    )
    transfer_status = strawberry.subscription(
        resolver=transfer_status,
        description="Transfers asked for or carried on. Right: staff, their scope.",
    )

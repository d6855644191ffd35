"""What a subscription shows of changes, read by one statement for each kind of subject and batch.

The subject's JSON is PostgreSQL's; position, kind and id are the event's and put around it. Whatever a statement cannot
answer, and every doubt, is left to the execution of the selection.
"""

from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
)

from backend.adapters.channels import Audience, Frame
from backend.compiled.documents import Fragments, children, collect, fragments_of, operation_of
from backend.compiled.late import LateValues
from backend.context import SubscriptionText
from backend.db.reading.changes import read_subjects, subjects
from backend.db.reading.expressions import LATE_MARK, NULL_MARK, NotCompiledError
from backend.db.reading.pools import ReadPools
from backend.db.scope import DATABASE_ROLE, scope_settings
from backend.domain.live import LiveEvent, Topic, listens_at
from backend.domain.policy import Actor
from backend.observability import log

TYPES = {Topic.RECORD: "Record", Topic.CLASS: "SchoolClass"}
"""What a statement can read; an event about anything else is left to the selection's execution."""

KEPT_PLANS = 1_000
Piece = Callable[[LiveEvent, str], str]
"""Writes one field of a change, given the event and its subject's JSON."""


def _subject_id(event: LiveEvent, node: str) -> str:
    # a notice is about nothing; what is about something has been seen
    key = f"{TYPES[event.topic]}:{event.subject_id}" if node != "null" else ""
    return f'"{b64encode(key.encode()).decode()}"' if key else "null"


PIECES: Mapping[str, Piece] = {
    "__typename": lambda _event, _node: '"LiveChange"',
    "cursor": lambda event, _node: f'"{event.position}"',
    "kind": lambda event, _node: f'"{event.kind.value}"',
    "subjectId": _subject_id,
    "node": lambda _event, node: node,
}


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """How one subscription's changes are written; ``statements`` read the subjects of each topic."""

    statements: Mapping[Topic, str]
    names: tuple[str, str]
    pieces: tuple[tuple[str, Piece], ...]
    has_late: bool

    def write(self, event: LiveEvent, node: str) -> bytes:
        """The JSON of one result."""
        opening, closing = self.names
        inside = ",".join(f'"{key}":{piece(event, node)}' for key, piece in self.pieces)
        return f"{opening}{inside}{closing}".encode()


def plan_of(schema: GraphQLSchema, document: DocumentNode, name: str | None) -> ChangePlan:
    """The plan of a subscription to changes.

    Raises:
        NotCompiledError: when a resolver is needed.
    """
    operation, fragments = operation_of(document, name), fragments_of(document)
    if operation.operation is not OperationType.SUBSCRIPTION or operation.directives:
        raise NotCompiledError("operation")
    root = schema.subscription_type
    change = schema.get_type("LiveChange")
    if root is None or not isinstance(change, GraphQLObjectType):
        raise NotCompiledError("LiveChange")
    ((key, nodes),) = collect(operation.selection_set, root, fragments).items()
    if get_named_type(root.fields[nodes[0].name.value].type) is not change:
        raise NotCompiledError(nodes[0].name.value)
    fields: dict[str, list[FieldNode]] = {}
    for node in nodes:
        if node.selection_set is not None:
            for field, found in collect(node.selection_set, change, fragments).items():
                fields.setdefault(field, []).extend(found)
    shown = [found for found in fields.values() if found[0].name.value == "node"]
    if len(shown) > 1:
        raise NotCompiledError("node")
    statements = _statements(schema, shown[0] if shown else [], fragments)
    return ChangePlan(
        statements=statements,
        names=(f'{{"data":{{"{key}":{{', "}}}"),
        pieces=tuple((field, PIECES[found[0].name.value]) for field, found in fields.items()),
        has_late=any("\\x01" in text for text in statements.values()),
    )


def _statements(schema: GraphQLSchema, nodes: Sequence[FieldNode], fragments: Fragments) -> dict[Topic, str]:
    interface = schema.get_type("Node")
    if not isinstance(interface, GraphQLInterfaceType):
        raise NotCompiledError("Node")
    objects = {item.name for item in schema.get_implementations(interface).objects}
    made = {}
    for topic, type_name in TYPES.items():
        of = schema.get_type(type_name)
        if not isinstance(of, GraphQLObjectType):
            raise NotCompiledError(type_name)
        narrowed = [_as_type(node, (type_name, interface.name), objects, fragments) for node in nodes]
        made[topic] = subjects(type_name, children(narrowed, of, fragments))
    return made


def _as_type(node: FieldNode, names: tuple[str, str], objects: set[str], fragments: Fragments) -> FieldNode:
    """The field as an object of one type has it: without what is asked of other types."""
    chosen = node.selection_set.selections if node.selection_set else ()
    kept = tuple(_narrowed(chosen, names, objects, fragments))
    return FieldNode(name=node.name, selection_set=SelectionSetNode(selections=kept))


def _narrowed(
    selections: Sequence[SelectionNode], names: tuple[str, str], objects: set[str], fragments: Fragments
) -> Iterator[SelectionNode]:
    for item in selections:
        if item.directives:
            raise NotCompiledError("directive")
        if isinstance(item, FieldNode):
            yield item
            continue
        inner = fragments[item.name.value] if isinstance(item, FragmentSpreadNode) else item
        if not isinstance(inner, FragmentDefinitionNode | InlineFragmentNode):
            raise NotCompiledError(item.kind)
        condition = inner.type_condition.name.value if inner.type_condition else names[1]
        if condition in names:
            yield from _narrowed(inner.selection_set.selections, names, objects, fragments)
        elif condition not in objects:
            raise NotCompiledError(condition)


class ChangeReads:
    """``ReadsChanges`` of one process."""

    def __init__(self, schema: GraphQLSchema, pools: ReadPools) -> None:
        self._schema = schema
        self._pools = pools
        self._late = LateValues()
        self._plans: OrderedDict[tuple[str, str | None], ChangePlan | None] = OrderedDict()

    def audience(
        self, subscription: SubscriptionText, topics: frozenset[Topic], actor: Actor, otherwise: Audience
    ) -> tuple[Hashable, Audience] | None:
        """Who shares the reading, and the reader; None when the selection must be executed.

        Roles with the same rows share it, unless the policy's word on them is asked for.
        """
        plan = self._find(subscription) if topics <= TYPES.keys() else None
        if plan is None:
            return None
        rows = (DATABASE_ROLE[actor.role], scope_settings(actor), listens_at(actor))
        return actor if plan.has_late else rows, CompiledAudience(self, plan, actor, otherwise)

    async def read(self, plan: ChangePlan, actor: Actor, events: Sequence[LiveEvent]) -> list[Frame] | None:
        """Frames for what the actor sees; None when the selection must be executed."""
        nodes: dict[tuple[Topic, int], str] = {}
        for topic in {event.topic for event in events} - {Topic.RIGHTS}:
            if topic not in plan.statements:
                return None
            ids = sorted({event.subject_id for event in events if event.topic is topic})
            text = await self._ask(actor, plan.statements[topic], ids)
            if text is None:
                return None
            nodes |= {(topic, key): node for key, node in read_subjects(text).items()}
        return [
            (event.position, plan.write(event, node))
            for event in events
            if (node := _node(nodes, event)) is not None
        ]

    async def _ask(self, actor: Actor, statement: str, ids: list[int]) -> str | None:
        try:
            text: str = await self._pools.value(actor, statement, (ids,))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            # the ordinary way meets the same trouble and says it in the API's words
            log.warning("compiled_changes_failed", reason=type(error).__name__)
            return None
        if NULL_MARK in text:
            return None
        return self._late.fill(text.encode(), actor).decode() if LATE_MARK in text else text

    def _find(self, subscription: SubscriptionText) -> ChangePlan | None:
        text, document, name = subscription
        key = (text, name)
        if key not in self._plans:
            try:
                self._plans[key] = plan_of(self._schema, document, name)
            except NotCompiledError:
                self._plans[key] = None
            if len(self._plans) > KEPT_PLANS:
                self._plans.popitem(last=False)
        return self._plans.get(key)


def _node(nodes: Mapping[tuple[Topic, int], str], event: LiveEvent) -> str | None:
    """A subject's JSON; null for a notice, which is about nothing; None for what is not seen."""
    return "null" if event.topic is Topic.RIGHTS else nodes.get((event.topic, event.subject_id))


@dataclass(frozen=True, slots=True)
class CompiledAudience:
    """Reads by statements, and asks ``otherwise`` for what they cannot answer."""

    reads: ChangeReads
    plan: ChangePlan
    actor: Actor
    otherwise: Audience

    async def read(self, events: Sequence[LiveEvent]) -> list[Frame]:
        frames = await self.reads.read(self.plan, self.actor, events)
        return await self.otherwise.read(events) if frames is None else frames

"""The rules that every part of the API keeps, read from the schema itself; each rule also sees a bad sample."""

import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    get_named_type,
)

from backend.domain.policy import Role
from backend.graph import schema
from backend.schema.per_role import file_name, sdl_for
from backend.schema.rights import OPERATIONS, THINGS
from tests.architecture.sources import ROOT
from tests.graph.role_matrix import GOLDEN

FOLDER = ROOT / "backend" / "schema"
TODAY = build_schema(schema.as_str())
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}
WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)


def _own_types(graph: GraphQLSchema):
    return [
        kind for name, kind in graph.type_map.items() if not name.startswith("__") and name not in BUILT_IN
    ]


def undescribed(graph: GraphQLSchema) -> list[str]:
    """Coordinates of everything that says nothing about itself."""
    found = []
    for kind in _own_types(graph):
        found += [] if kind.description else [kind.name]
        for name, value in getattr(kind, "values", {}).items():
            found += [] if value.description else [f"{kind.name}.{name}"]
        for name, field in getattr(kind, "fields", {}).items():
            found += [] if field.description else [f"{kind.name}.{name}"]
            arguments = getattr(field, "args", {})
            found += [
                f"{kind.name}.{name}({key}:)" for key, item in arguments.items() if not item.description
            ]
    return found


def without_right(graph: GraphQLSchema) -> list[str]:
    """Mutations that do not say whose right they need."""
    return [
        name
        for name, field in graph.mutation_type.fields.items()
        if "Right: " not in (field.description or "")
    ]


def misnamed(graph: GraphQLSchema) -> list[str]:
    """Mutations whose name does not begin with a thing of the schema: ``recordWithdraw``, ``recordsImport``."""
    nouns = {
        kind.name[0].lower() + kind.name[1:]
        for kind in _own_types(graph)
        if isinstance(kind, GraphQLObjectType)
    }
    nouns |= {noun + "s" for noun in nouns} | {"session"}
    return [
        name
        for name in graph.mutation_type.fields
        if not any(re.match(f"{noun}[A-Z]", name) for noun in nouns)
    ]


def misshapen(graph: GraphQLSchema) -> list[str]:
    """Mutations that do not answer with a payload: what changed, nullable or a list, and ``userErrors``."""
    found = []
    for name, field in graph.mutation_type.fields.items():
        payload = field.type.of_type if isinstance(field.type, GraphQLNonNull) else None
        if not isinstance(payload, GraphQLObjectType) or not payload.name.endswith("Payload"):
            found.append(name)
            continue
        errors = payload.fields.get("userErrors")
        others = [item.type for key, item in payload.fields.items() if key != "userErrors"]
        bare = [kind.of_type if isinstance(kind, GraphQLNonNull) else None for kind in others]
        if (
            errors is None
            or str(errors.type) != "[UserError!]!"
            or not others
            or any(kind is not None and not isinstance(kind, GraphQLList) for kind in bare)
        ):
            found.append(name)
    return found


def untyped_dates(graph: GraphQLSchema) -> list[str]:
    """Fields that are named like an instant or a day and are something else."""
    named = re.compile(r".+(At|On|Date|From)$|^at$")
    return [
        f"{kind.name}.{name}"
        for kind in _own_types(graph)
        if isinstance(kind, WITH_FIELDS)
        for name, field in kind.fields.items()
        if named.match(name) and get_named_type(field.type).name not in {"Date", "DateTime"}
    ]


def uneven_connections(graph: GraphQLSchema) -> list[str]:
    """Connections without the arguments of a keyset page, or with a count that nobody asked for."""
    found = [
        kind.name
        for kind in _own_types(graph)
        if kind.name.endswith("Connection") and set(kind.fields) != {"pageInfo", "edges"}
    ]
    for kind in _own_types(graph):
        if isinstance(kind, GraphQLObjectType):
            found += [
                f"{kind.name}.{name}"
                for name, field in kind.fields.items()
                if get_named_type(field.type).name.endswith("Connection")
                and not {"first", "after"} <= set(field.args)
            ]
    return found


def undated_deprecations(graph: GraphQLSchema) -> list[str]:
    """Deprecations that do not say why and until when."""
    dated = re.compile(r".{10,}until \d{4}-09-01\.$")
    members = [
        (f"{kind.name}.{name}", item.deprecation_reason)
        for kind in _own_types(graph)
        for name, item in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.items()
    ]
    return [name for name, reason in members if reason is not None and not dated.match(reason)]


RULES = (
    undescribed,
    without_right,
    misnamed,
    misshapen,
    untyped_dates,
    uneven_connections,
    undated_deprecations,
)

BAD = build_schema(
    """
type Query { things: ThingConnection  old: Int @deprecated(reason: "Old.") }
type ThingConnection { edges: [Int] pageInfo: Int totalCount: Int }
type Mutation { withdrawThing: Boolean  "No payload." thingTouch: ThingPayload! }
type ThingPayload { touchedAt: String! }
type Thing { id: ID }
"""
)


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_keeps_its_rules(rule) -> None:
    """Descriptions, rights, names, payloads, dates, pages and deprecations are as they are everywhere."""
    assert rule(TODAY) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_sees_what_breaks_it(rule) -> None:
    """A schema that breaks every rule is seen by each of them, so that an empty answer means something."""
    assert rule(BAD) != []


def test_two_scales_are_two_enums() -> None:
    """T and C mean different things for a subject and for a quality: no level is a text or another's enum."""
    levels = {
        f"{kind.name}.level": get_named_type(kind.fields["level"].type).name
        for kind in _own_types(TODAY)
        if "level" in getattr(kind, "fields", {})
    }
    assert levels == {
        "SubjectResult.level": "SubjectLevel",
        "SubjectResultInput.level": "SubjectLevel",
        "TraitResult.level": "TraitLevel",
        "TraitResultInput.level": "TraitLevel",
    }
    assert all(isinstance(TODAY.type_map[name], GraphQLEnumType) for name in levels.values())


def test_no_break_is_unannounced() -> None:
    """What the last release promised still holds, but for the breaks that are named with their reason."""
    lines = [
        line for line in (FOLDER / "breaking.txt").read_text("utf-8").splitlines() if not line.startswith("#")
    ]
    named = [line.split(" -- ") for line in lines if line]
    assert all(len(parts) == 2 and parts[1].strip() for parts in named), "every break has its reason"
    released = build_schema((FOLDER / "released.graphql").read_text("utf-8"))
    breaks = {
        f"{change.type.name}: {change.description}" for change in find_breaking_changes(released, TODAY)
    }
    assert breaks == {parts[0] for parts in named}


def test_a_break_would_be_seen() -> None:
    """Without a field of the release the comparison finds exactly that."""
    released = build_schema((FOLDER / "released.graphql").read_text("utf-8"))
    poorer = build_schema(
        (FOLDER / "released.graphql").read_text("utf-8").replace("  lookupCode: String!\n", "")
    )
    assert [change.description for change in find_breaking_changes(released, poorer)] == [
        "Field Record.lookupCode was removed."
    ]


def test_the_table_of_rights_is_whole() -> None:
    """Every root field and every thing with an id has its row, and no row speaks of anything else."""
    roots = [TODAY.query_type, TODAY.mutation_type, TODAY.subscription_type]
    assert set(OPERATIONS) == {f"{root.name}.{name}" for root in roots for name in root.fields}
    node = TODAY.type_map["Node"]
    assert set(THINGS) == {kind.name for kind in TODAY.get_implementations(node).objects}


@pytest.mark.parametrize("role", Role)
def test_each_roles_part_is_the_committed_one(role: Role) -> None:
    """``hocba schema --roles backend/schema/roles`` writes them; each is a schema by itself."""
    text = sdl_for(role, schema.as_str())
    assert (FOLDER / "roles" / file_name(role)).read_text("utf-8") == text
    part = build_schema(text)
    assert {f"Query.{name}" for name in part.query_type.fields} == {
        name for name, roles in OPERATIONS.items() if name.startswith("Query.") and role in roles
    }
    assert not {name for name, roles in THINGS.items() if role not in roles} & set(part.type_map)


RARELY = {
    "Mutation.ceremonyStart",
    "Mutation.ceremonyCancel",
    "Mutation.ceremonyRetry",
    "Mutation.ceremonyTokenChallenge",
    "Mutation.ceremonyTokenAnswer",
    "Mutation.sessionRevoke",
    "Mutation.guardianLinkEnd",
    "Mutation.shareCodeCreate",
    "Mutation.integratorGrantCreate",
    "Mutation.printConfirmationCreate",
    "Query.registryRecord",
    "Query.integratorGrants",
    "Departure",
    "Query.departures",
    "Mutation.transferRequest",
    "Mutation.transferOpen",
    "Mutation.transferAsk",
    "Integrator",
    "IntegratorGrant",
    "Mutation.ministryReportBuild",
    "Mutation.ministryReportSend",
    "Mutation.ministryReportResend",
    "Mutation.lockPeriodReconcile",
}
"""What needs a delegation, a ceremony (with a token) or session of one's own, another's proposal, a locked record or window, a pupil who comes: not everybody has it on the stage."""


def _successes() -> dict[str, set[str]]:
    """By operation, or by thing with an id, the roles that the role matrix shows to get something."""
    found: dict[str, set[str]] = {}
    for block in GOLDEN.read_text("utf-8").split("\n\n"):
        head, *lines = block.strip().splitlines()
        words = head.split()
        names = {words[0], words[1]} if words[0] == "Query.node" else {words[0]}
        roles = {line.split(":")[0].strip() for line in lines if re.search(r"[:;] yes:", line)}
        for name in names:
            found.setdefault(name, set()).update(roles)
    return found


def test_the_table_of_rights_is_what_the_matrix_shows() -> None:
    """A role has a right exactly when it gets more than a refusal for something."""
    shown = _successes()
    for name, roles in (OPERATIONS | THINGS).items():
        assert shown[name] <= {role.value for role in roles}, name
        if name not in RARELY:
            assert shown[name] == {role.value for role in roles}, name

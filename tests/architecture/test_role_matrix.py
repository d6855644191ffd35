"""The role matrix is whole: whoever adds a role, an operation or a type with an id adds what tries it.

The rows are in ``tests/graph/operations.py``, the people in ``tests/graph/role_matrix.py``, which also writes the
golden file anew: ``python -m tests.graph.role_matrix``.
"""

from graphql import GraphQLInterfaceType

from backend.domain.policy import Role
from backend.graph import schema
from tests.graph.operations import ROWS
from tests.graph.role_matrix import PEOPLE, WITHIN


def test_every_role_plays() -> None:
    """A role that is added has a person here and a scope."""
    assert set(PEOPLE) == set(WITHIN) == set(Role)


def test_every_operation_has_its_rows() -> None:
    """A root field, a mutation, a subscription or a type that has an id cannot be added without being tried."""
    graph = schema._schema
    roots = [graph.query_type, graph.mutation_type, graph.subscription_type]
    fields = {f"{root.name}.{field}" for root in roots if root is not None for field in root.fields}
    assert {row.field for row in ROWS} == fields
    node = graph.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    kinds = {kind.name for kind in graph.get_implementations(node).objects}
    assert {row.name.split()[1] for row in ROWS if row.field == "Query.node"} == kinds

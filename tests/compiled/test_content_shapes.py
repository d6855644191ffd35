"""The stored document shaped by its table, and by the API's own types: the same, for all that a school may write."""

from typing import Any

import orjson
import strawberry
from graphql import FieldNode, GraphQLObjectType, get_named_type, parse
from hypothesis import given, settings

from backend.compiled.content_shapes import CONTENT_TYPES
from backend.compiled.documents import children
from backend.compiled.shaping import shape_of
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.schema.content import RecordContentType, content_type
from tests.strategies.records import records


@strawberry.type
class Query:
    @strawberry.field
    def content(self, info: strawberry.Info) -> RecordContentType:
        return content_type(info.context["document"])


SCHEMA = strawberry.Schema(Query)
ROOT = SCHEMA._schema.type_map["RecordContent"]


def _everything(graphql_type: Any) -> str:
    parts = ["__typename"]
    for name, item in graphql_type.fields.items():
        named = get_named_type(item.type)
        parts.append(f"{name} {{ {_everything(named)} }}" if isinstance(named, GraphQLObjectType) else name)
    return " ".join(parts)


DOCUMENT = parse(f"{{ content {{ {_everything(ROOT)} }} }}")


@settings(max_examples=60, deadline=None)
@given(records())
def test_every_field_of_every_record(content: RecordContent) -> None:
    """Whatever is missing, failed, repeated or awarded."""
    document = orjson.loads(orjson.dumps(to_json(content)))
    node = DOCUMENT.definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
    assert isinstance(node, FieldNode)
    assert isinstance(ROOT, GraphQLObjectType)
    shape = shape_of(CONTENT_TYPES, "RecordContent", children([node], ROOT, {}))
    ordinary = SCHEMA.execute_sync(
        f"{{ content {{ {_everything(ROOT)} }} }}", context_value={"document": document}
    )
    assert ordinary.errors is None
    assert ordinary.data is not None
    assert orjson.dumps(shape(document)) == orjson.dumps(ordinary.data["content"])

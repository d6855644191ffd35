"""What a subscription to changes sends."""

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.live import ChangeKind


@strawberry.type(
    description="A change in the viewer's scope. After a broken connection, `after:` the last cursor goes on without"
    " gap or repetition; a `GAP` says that the stream no longer reaches back so far and the page must be loaded anew."
)
class LiveChange:
    cursor: str = strawberry.field(description="The position to resume after.")
    kind: ChangeKind
    subject_id: relay.GlobalID | None = strawberry.field(
        description="What changed; absent for OPENED and GAP."
    )
    node: relay.Node | None = strawberry.field(
        description="The subject as it is now, read under the viewer's scope: a record, or its class when many of its"
        " records changed at once; a submission; a lock period."
    )

"""Reading the audit."""

from strawberry import relay

from backend.db.repositories import auditing
from backend.domain.errors import NotPermittedError
from backend.domain.policy import MAY_READ_AUDIT, Refusal
from backend.resolvers.answering import Info, node_key
from backend.schema.audit import AuditEvent
from backend.schema.paging import connection, encode_cursor, page_size, row_after


async def events(
    info: Info,
    school_id: relay.GlobalID | None = None,
    record_id: relay.GlobalID | None = None,
    action: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[AuditEvent]:
    """Acts in the viewer's scope, the newest first."""
    if info.context.staff.role not in MAY_READ_AUDIT:
        raise NotPermittedError(Refusal.ROLE)
    size = page_size(first)
    rows = await auditing.page(
        school_id=node_key(school_id, "OrgUnit", "schoolId") if school_id else None,
        record_id=node_key(record_id, "Record", "recordId") if record_id else None,
        action=action,
        before=row_after(after),
        limit=size + 1,
    )
    nodes = [AuditEvent.of(row) for row in rows]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)

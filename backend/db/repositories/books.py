"""Record books as the holder of a code sees them."""

from backend.db import sql
from backend.db.repositories.records import SELECT_PUBLIC, RecordRow, record_row


async def years() -> list[RecordRow]:
    """Every school year of the book whose code the scope holds, in order."""
    return [record_row(row) for row in await sql.rows(f"{SELECT_PUBLIC} ORDER BY y.school_year, y.id")]

"""Marks of guardians' citizen numbers brought up to today's keys, at every migration and when a key was added."""

from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning
from backend.db.scope import unscoped
from backend.domain.citizen_marks import CitizenMarks

BATCH = 1000


async def wrap(owner_url: str, marks: CitizenMarks) -> int:
    """Wrap what was kept by fewer keys, or as a number; each batch is one transaction. Returns how many there were."""
    wrapped = 0
    await open_database(owner_url, pool=1, application_name="hocba-citizen-numbers")
    try:
        while old := await _batch(marks):
            wrapped += old
    finally:
        await close_database()
    return wrapped


async def _batch(marks: CitizenMarks) -> int:
    async with unscoped():
        old = await provisioning.citizen_marks(len(marks.keys), BATCH)
        if old:
            await provisioning.replace_citizen_marks({mark: marks.rewrapped(mark) for mark in old})
    return len(old)

"""Alarms on scraping: found in the access events, told in the audit, each once in its window."""

from backend.db import sql
from backend.domain.scraping import Asker, ScrapingAlarm, Sign, Thresholds


async def watch(thresholds: Thresholds) -> list[ScrapingAlarm]:
    """Raise what the reads of the last two hours, and a program's of two days, set off; in a scope that may write."""
    found = await sql.rows(
        "SELECT * FROM watch_reads($1, $2, $3, $4)",
        thresholds.network_misses,
        thresholds.network_pupils,
        thresholds.program_misses,
        thresholds.program_pupils,
    )
    return [ScrapingAlarm(Asker(row["asker"]), Sign(row["sign"]), row["seen"]) for row in found]

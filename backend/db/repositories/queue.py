"""Putting jobs into the queue, and looking at those that stopped."""

from collections.abc import Sequence
from typing import Any

import orjson

from backend.db import sql
from backend.jobs import Job, payload

_PUT = "SELECT enqueue_jobs($1, $2::jsonb[], $3::text[], $4) AS put"


async def put(jobs: Sequence[Job], *, urgency: int = 0) -> int:
    """Put jobs of one kind into the queue; those whose key already waits or runs are left out.

    Returns:
        how many were put.
    """
    if not jobs:
        return 0
    payloads = [orjson.dumps(payload(job)).decode() for job in jobs]
    put_count: int = await sql.value(_PUT, jobs[0].name, payloads, [job.key for job in jobs], urgency)
    return put_count


async def put_judgement(upload_id: str) -> None:
    """Ask for the judgement of an upload; the only job that the public may put."""
    # a function call with side effects inside a read-only operation is refused, hence a scope that writes
    await sql.rows("SELECT enqueue_judgement($1)", upload_id)


async def put_preview(revision_id: int, question_id: str) -> None:
    """Ask for a preview; whoever asks has shown a link that was made for somebody who sees the revision."""
    await sql.rows("SELECT enqueue_preview($1, $2)", revision_id, question_id)


_PARKED = """
SELECT j.id, j.entrypoint, convert_from(j.payload, 'UTF8') AS payload, j.attempts, j.updated,
       (SELECT l.traceback FROM pgqueuer_log l WHERE l.job_id = j.id AND l.traceback IS NOT NULL
         ORDER BY l.id DESC LIMIT 1) AS trace
  FROM pgqueuer j WHERE j.status = 'failed' ORDER BY j.updated DESC LIMIT $1"""


async def parked(limit: int = 100) -> list[dict[str, Any]]:
    """Jobs that failed their last try and wait for somebody."""
    return await sql.rows(_PARKED, limit)


_WAITING = """
SELECT entrypoint, status::text AS status, count(*) AS jobs, min(created) AS oldest
  FROM pgqueuer GROUP BY 1, 2 ORDER BY 1, 2"""


async def overview() -> list[dict[str, Any]]:
    """How many jobs of each kind wait, run or are parked, and since when."""
    return await sql.rows(_WAITING)


_RETRY = """
WITH again AS (
  UPDATE pgqueuer SET status = 'queued', attempts = 0, updated = now(), execute_after = now(), queue_manager_id = NULL
   WHERE status = 'failed' AND ($1::bigint[] IS NULL OR id = ANY ($1)) RETURNING id
) SELECT count(*) FROM again"""


async def retry(job_ids: Sequence[int] | None) -> int:
    """Put parked jobs back into the queue, all of them when no ids are given."""
    count: int = await sql.value(_RETRY, None if job_ids is None else list(job_ids))
    return count

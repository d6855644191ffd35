"""Running ``hocba`` as an operator does."""

import asyncio
import os
import sys
from dataclasses import dataclass

from backend.embedded.postgres import PostgresUrls


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and everything it printed, its lines joined as a wide terminal shows them."""

    code: int
    output: str


async def hocba(*arguments: str, urls: PostgresUrls | None = None) -> Done:
    """Run a command against a test's database."""
    environment = {**os.environ, "COLUMNS": "300", "NO_COLOR": "1"}
    if urls is not None:
        environment |= {
            "DATABASE_URL": urls.app,
            "DATABASE_WORKER_URL": urls.worker,
            "DATABASE_OWNER_URL": urls.owner,
        }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from backend.cli import main; main()",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return Done(process.returncode, output.decode())

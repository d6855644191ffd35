"""What ``makemigrations`` would write: ``python -m tests.architecture.pending_migrations [PACKAGE]``.

Run in a process of its own, because Tortoise keeps what it knows of models in the process. It opens no
connection and writes no file; PACKAGE stands for the folder of migrations, if it is not the system's.
"""

import asyncio
import sys

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from backend.db.connection import APPS, OFFLINE


async def pending(package: str) -> list[str]:
    """Names of the operations that would bring migrations up to the models."""
    apps = {"models": APPS["models"] | {"migrations": package}}
    await Tortoise.init(config=OFFLINE | {"apps": apps})
    writers = await MigrationAutodetector(Tortoise.apps, apps).changes()
    return [type(operation).__name__ for writer in writers for operation in writer.operations]


if __name__ == "__main__":
    packages = sys.argv[1:] or [APPS["models"]["migrations"]]
    sys.stdout.write("\n".join(asyncio.run(pending(packages[0]))))

"""SQL scripts run by the wheel's own ``psql``: the same files an external database's administrator runs."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from backend.embedded.errors import EmbeddedError


def run_sql(
    psql: Path,
    url: str,
    *,
    files: tuple[Path, ...] = (),
    statements: str = "",
    variables: Mapping[str, str] | None = None,
) -> None:
    """Run files, then statements, as the URL's role; the first error ends it.

    Statements go through standard input and the password through the environment: arguments are public.

    Raises:
        EmbeddedError: with what PostgreSQL said.
    """
    parts = urlsplit(url)
    script = "".join(f"\\i {file}\n" for file in files) + statements
    settings = [
        f"--set={name}={value}" for name, value in {"ON_ERROR_STOP": "1", **(variables or {})}.items()
    ]
    result = subprocess.run(  # noqa: S603 - our own program, no shell
        [psql, "--no-psqlrc", "--quiet", "--no-password", *settings, _without_password(url)],
        input=script,
        env={"PGPASSWORD": parts.password or "", "PGOPTIONS": "-c client_min_messages=warning"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise EmbeddedError(f"PostgreSQL refused: {result.stderr.strip()}")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}").geturl()

"""Checks that the worker's own program makes: of signatures, which nothing here can judge."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from backend.cli.operator import setting
from backend.cli.processes import ROOT
from backend.settings import process_environment

PROGRAM = (sys.executable, "-m", "signing_worker.checking")


def check_proof(file: Path, proof: Path, head: Path, trust: Path, signer: str) -> int:
    """Check one file offline; the exit code."""
    return _run(["proof", file, "--proof", proof, "--head", head, "--trust", trust, "--signer", signer], {})


def verify_ledger(heads: Iterable[Path], *, without_files: bool) -> int:
    """Verify the ledger of the system under way; the exit code."""
    roots = [Path(part) for part in setting("PKI_TRUST_ROOTS").split(os.pathsep) if part]
    named: list[str | Path] = ["ledger", *(["--without-files"] if without_files else [])]
    named += [part for root in roots for part in ("--trust", root)]
    named += [part for head in heads for part in ("--head", head)]
    names = ["DATABASE_WORKER_URL", *([] if without_files else ["STORE_URL"])]
    return _run(named, {name: setting(name) for name in names})


def _run(arguments: Iterable[str | Path], settings: Mapping[str, str]) -> int:
    command = [*PROGRAM, *(str(item.absolute() if isinstance(item, Path) else item) for item in arguments)]
    environment = {**process_environment(), **settings}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603 - ours

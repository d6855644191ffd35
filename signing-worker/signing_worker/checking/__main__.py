"""``python -m signing_worker.checking``: what ``hocba proof check`` and ``hocba ledger verify`` start.

The exit code is 0 when everything holds, 1 when something does not, 2 when an input cannot be read.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from backend.domain.calendar import VIETNAM
from backend.domain.ledger import LedgerFileError, Proof, SignedNote
from backend.settings import process_environment, value_of
from signing_worker.checking import ledger
from signing_worker.checking.failed import CheckFailedError
from signing_worker.checking.proof import check
from signing_worker.sign.trust import load_certificates

HOLDS, FAILS, UNREADABLE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the arguments name; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return _check_proof(asked) if asked.what == "proof" else _verify_ledger(asked)
    except (OSError, LedgerFileError, ValueError) as error:
        sys.stdout.write(f"cannot be read: {error}\n")
        return UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hocba")
    kinds = parser.add_subparsers(dest="what", required=True)
    proof = kinds.add_parser("proof")
    proof.add_argument("file", type=Path)
    proof.add_argument("--proof", type=Path, required=True)
    proof.add_argument("--head", type=Path, required=True)
    proof.add_argument("--trust", type=Path, required=True)
    proof.add_argument("--signer", default="")
    verify = kinds.add_parser("ledger")
    verify.add_argument("--head", type=Path, action="append", default=[])
    verify.add_argument("--trust", type=Path, action="append", required=True)
    verify.add_argument("--without-files", action="store_true")
    return parser


def _check_proof(asked: argparse.Namespace) -> int:
    proof = Proof.parse(asked.proof.read_bytes())
    head = SignedNote.parse(asked.head.read_bytes())
    roots = load_certificates([asked.trust])
    try:
        found = check(asked.file.read_bytes(), proof, head, roots, asked.signer)
    except CheckFailedError as error:
        sys.stdout.write(f"DOES NOT HOLD: {error}\n")
        return FAILS
    leaf = found.proof.leaf
    sealed = (
        "not in this file"
        if found.sealed_at is None
        else f"{found.sealed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
    )
    lines = (
        "HOLDS: the file is what was locked",
        f"school year    {leaf.school_year}, revision {leaf.revision}",
        f"in effect from {leaf.effective_from.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}",
        f"ledger         {head.note.origin}, leaf {found.proof.index} of {head.note.size}",
        f"head signed by {found.head.signer}",
        f"head signed at {found.head.signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}",
        f"seal or date   {sealed}",
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return HOLDS


def _verify_ledger(asked: argparse.Namespace) -> int:
    environment = process_environment()
    verdict = asyncio.run(
        ledger.verify(
            value_of("DATABASE_WORKER_URL", environment),
            None if asked.without_files else value_of("STORE_URL", environment),
            asked.trust,
            [SignedNote.parse(path.read_bytes()) for path in asked.head],
        )
    )
    for fault in verdict.faults:
        sys.stdout.write(f"{fault.kind} at {fault.place}\n")
    sys.stdout.write(
        f"{verdict.size} leaves, root {verdict.root}, {verdict.signed_size} of them under a signed head\n"
        f"{verdict.count} faults\n"
    )
    return FAILS if verdict.count else HOLDS


if __name__ == "__main__":
    sys.exit(main())

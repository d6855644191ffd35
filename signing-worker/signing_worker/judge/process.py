"""One judging process: without secrets, without network, with limits; a bomb ends it, not the worker."""

import os
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from asn1crypto import x509

from backend.domain.hand_over import HandOverFacts
from backend.domain.submission import Finding, ManifestLine, PacketFacts, RecordFact
from signing_worker.judge.hand_over import judge_hand_over
from signing_worker.judge.judgement import Judgement
from signing_worker.judge.manifest import ManifestRefusedError, judge_manifest
from signing_worker.judge.pdf import judge_pdf
from signing_worker.judge.record import judge_record
from signing_worker.judge.record_pdf import judge_record_pdf
from signing_worker.judge.xml import judge_xml
from signing_worker.sign.trust import load_certificates

MEMORY_BYTES = 1_500_000_000
SECONDS = 3.0
KEPT_VARIABLES = ("PATH", "LANG", "HOME")

_authorities: list[tuple[list[x509.Certificate], list[x509.Certificate]]] = []


def start(roots: Sequence[Path], intermediates: Sequence[Path]) -> None:
    """Prepare this process: certificates read, secrets gone, memory limited."""
    _authorities.append((load_certificates(roots), load_certificates(intermediates)))
    for name in set(os.environ) - set(KEPT_VARIABLES):
        del os.environ[name]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def judge(data: bytes) -> Judgement:
    """Judge a PDF or an XML document by its first bytes."""
    roots, intermediates = _authorities[0]
    with _timed():
        if data.lstrip()[:5] == b"%PDF-":
            return judge_pdf(data, roots, intermediates)
        return judge_xml(data, intermediates)


def manifest(data: bytes, facts: PacketFacts) -> tuple[ManifestLine, ...] | Finding:
    """The lines of a packet's manifest, or what bars the whole packet."""
    with _timed():
        try:
            return judge_manifest(data, facts)
        except ManifestRefusedError as error:
            return error.finding


def record(data: bytes, fact: RecordFact) -> list[Finding]:
    """What bars one record of a packet."""
    with _timed():
        return judge_record(data, fact)


def hand_over(data: bytes, facts: HandOverFacts) -> bool:
    """Whether a hand-over document holds."""
    with _timed():
        return judge_hand_over(data, facts)


def record_pdf(data: bytes, fact: RecordFact) -> list[Finding]:
    """What bars one record of a packet because of its PDF."""
    roots, intermediates = _authorities[0]
    with _timed():
        return judge_record_pdf(data, fact, roots, intermediates)


@contextmanager
def _timed() -> Iterator[None]:
    # SIGALRM keeps its default action: past the time the kernel ends this process, also inside C code
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

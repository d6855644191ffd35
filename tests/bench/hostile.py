"""How long the event loop is held by documents made to hold it: milliseconds from text to refusal, each read cold.

``python -m tests.bench hostile``; figures go to ``build/bench-hostile.json``. The goal is under 50 ms for each.
"""

import json
import sys
import time
from collections.abc import Sequence

import orjson

from backend.documents.prepared import PreparedDocuments
from backend.graph import schema
from tests.architecture.sources import ROOT
from tests.documents.test_measuring import BOMBS

TRIES = 5
GOAL_MS = 50.0
BODY = 200_000

WITHIN = {
    "many fields, nested pairs": "{" + " ".join("viewer { name role }" for _ in range(19)) + "}",
    "most aliases": "{ viewer {" + " ".join(f"a{n}: name" for n in range(60)) + "} }",
    "same fragment often": "{ viewer {" + " ...F" * 380 + "} } fragment F on Viewer { name role }",
}
"""Documents that stay within the ceiling and are validated in full."""


def run(_arguments: Sequence[str]) -> int:
    """Measure every document; 1 when one of them takes longer than the goal."""
    PreparedDocuments().get(schema._schema, "{ viewer { name } }")
    figures = {name: _milliseconds(text) for name, text in (BOMBS | WITHIN).items()}
    figures["200 KB of garbage as JSON"] = _parsing(b'{"query":' * (BODY // 9))
    figures["200 KB of nested lists"] = _parsing(b"[" * BODY)
    target = ROOT / "build" / "bench-hostile.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=1))
    for name, figure in sorted(figures.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"{figure:8.1f} ms  {name}\n")
    return int(max(figures.values()) > GOAL_MS)


def _milliseconds(text: str) -> float:
    return min(_once(text) for _ in range(TRIES))


def _once(text: str) -> float:
    documents, began = PreparedDocuments(), time.perf_counter()
    documents.get(schema._schema, text).errors()
    return (time.perf_counter() - began) * 1000


def _parsing(body: bytes) -> float:
    began = time.perf_counter()
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return (time.perf_counter() - began) * 1000
    raise AssertionError("that was JSON")

"""The table, and the file for whoever compares runs."""

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.data.loading import PER_YEAR
from tests.bench.driving import Figures

PACKAGES = Path(__file__).parents[1] / "package.json"
BUILD = Path(__file__).parents[3] / "build"
FLOORS = {"lookup": 5.0, "mutation": 1.2}
FLOOR = 2.0
"""The least ratio of requests per second that is good enough; for two operations another."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An operation's rounds on both sides."""

    leaves: int
    ours: Sequence[Figures]
    theirs: Sequence[Figures]

    @property
    def ratio(self) -> float:
        return median(self.ours).per_second / median(self.theirs).per_second


def median(rounds: Sequence[Figures]) -> Figures:
    """Each figure's own median."""
    middle = {
        item.name: statistics.median(getattr(one, item.name) for one in rounds) for item in fields(Figures)
    }
    return Figures(**middle)


def show(outcomes: Mapping[str, Outcome], console: Console) -> None:
    table = Table(box=None)
    for title in ("operation", "leaves", "ours /s", "theirs /s", "ratio", "floor"):
        table.add_column(title, justify="left" if title == "operation" else "right")
    for title in ("p50 ms", "p99 ms", "server ms", "database ms", "bytes"):
        table.add_column(title, justify="right")
    for name, outcome in outcomes.items():
        left, right = median(outcome.ours), median(outcome.theirs)
        floor = FLOORS.get(name, FLOOR)
        table.add_row(
            name,
            str(outcome.leaves),
            f"{left.per_second:.0f}",
            f"{right.per_second:.0f}",
            f"[{'green' if outcome.ratio >= floor else 'red'}]{outcome.ratio:.2f}[/]",
            f"{floor:.1f}",
            f"{left.p50:.1f} | {right.p50:.1f}",
            f"{left.p99:.1f} | {right.p99:.1f}",
            f"{left.server_cpu:.2f} | {right.server_cpu:.2f}",
            f"{left.database_cpu:.2f} | {right.database_cpu:.2f}",
            f"{left.bytes_each:.0f} | {right.bytes_each:.0f}",
        )
    console.print(table)


def write(records: int, outcomes: Mapping[str, Outcome], about: Mapping[str, Any]) -> Path:
    """Everything, with a ``ratio_`` for each operation at the top; operations of an earlier run are kept."""
    path = BUILD / ("bench-gateway.json" if records == PER_YEAR else f"bench-gateway-{records}.json")
    known = json.loads(path.read_text()) if path.exists() else {}
    fresh: dict[str, Any] = {f"ratio_{name}": round(outcome.ratio, 3) for name, outcome in outcomes.items()}
    kept = {name: value for name, value in known.items() if name.startswith("ratio_")}
    measured = {
        name: {
            "leaves": outcome.leaves,
            "ours": asdict(median(outcome.ours)),
            "theirs": asdict(median(outcome.theirs)),
            "rounds": len(outcome.ours),
            **about,
        }
        for name, outcome in outcomes.items()
    }
    document = {
        **kept,
        **fresh,
        "cpus": os.cpu_count(),
        "postgraphile": json.loads(PACKAGES.read_text())["dependencies"]["postgraphile"],
        "operations": {**known.get("operations", {}), **measured},
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")
    return path

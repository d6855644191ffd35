"""``python -m tests.bench pipeline``: the pipeline from a record to its closed file, ours and a plain one.

The plain one is what a competent programmer writes with the same libraries (``plain.py``). They make pupils' files in
turns in one process, so that the load of the machine falls on both; ours makes more of them, because it learns from the
first ones. The processor's time is the figure to trust. The services that answer for certificates and stamp are another
process, which is not counted. The ratio is of medians; the province is projected from our mean, in which whatever is laid
out, learned and checked once in a while counts. The figures go to ``build/bench.json``.
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from backend.embedded.pki import DevelopmentPki
from tests.bench import processor, servers
from tests.bench.pipeline import ours, plain
from tests.fixtures.servers import SIGNERS
from tests.worker.making import signing

PROVINCE, CORES = 138_000, 2
STAGES = ("draw", "teacher", "principal", "seal", "lock")
PIPELINES = ("plain", "ours")


@dataclass(slots=True)
class Taken:
    """Milliseconds by stage, one for each pupil, and the bytes of the closed files."""

    cpu: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    wall: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})
    sizes: list[int] = field(default_factory=list)

    def cpu_ms(self) -> float:
        return sum(statistics.median(values) for values in self.cpu.values())

    def wall_ms(self) -> float:
        return sum(statistics.median(values) for values in self.wall.values())


def run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench pipeline")
    parser.add_argument("--pupils", type=int, default=6, help="pupils whose files both pipelines make")
    parser.add_argument("--ours", type=int, default=40, help="pupils that ours makes in each turn")
    options = parser.parse_args(arguments)
    console = Console(width=120)
    taken = {name: Taken() for name in PIPELINES}
    with _services() as pki, signing(pki):
        _measure(plain.stages(pki, 0), Taken())
        for pupil in range(options.pupils):
            _measure(plain.stages(pki, pupil), taken["plain"])
            for another in range(options.ours):
                _measure(ours.stages(pki, pupil * options.ours + another), taken["ours"])
    figures = _figures(taken, options.pupils) | _province(taken["ours"])
    _show(taken, figures, console)
    path = servers.ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
    console.print(f"load {figures['load']:.1f}; {path}")
    return 0


@contextmanager
def _services() -> Iterator[DevelopmentPki]:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        pki = DevelopmentPki(Path(folder) / "data")
        pki.ensure(SIGNERS)
        pki.start()
        try:
            yield pki
        finally:
            pki.stop()


def _measure(stages: Iterator[tuple[str, int]], into: Taken) -> None:
    """Run one pupil's stages; each yields its name and the file's bytes when it is done."""
    cpu, wall = time.process_time(), time.perf_counter()
    for stage, size in stages:
        into.cpu[stage].append((time.process_time() - cpu) * 1000)
        into.wall[stage].append((time.perf_counter() - wall) * 1000)
        if stage == STAGES[-1]:
            into.sizes.append(size)
        cpu, wall = time.process_time(), time.perf_counter()


def _figures(taken: dict[str, Taken], pupils: int) -> dict[str, object]:
    ours_ms = taken["ours"].cpu_ms()
    return {
        "pipeline_cpu_ratio": round(taken["plain"].cpu_ms() / ours_ms, 2),
        "records_per_second_per_core": round(1000 / ours_ms, 2),
        "pupils": pupils,
        "cpu_ms": {name: _medians(item.cpu) for name, item in taken.items()},
        "wall_ms": {name: _medians(item.wall) for name, item in taken.items()},
        "bytes": {name: round(statistics.median(item.sizes)) for name, item in taken.items()},
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load": processor.load(),
        "cpus": os.cpu_count(),
    }


def _province(made: Taken) -> dict[str, object]:
    """What our mean means for a province: whatever is laid out, learned and checked once in a while is in it."""
    means = {stage: statistics.fmean(values) for stage, values in made.cpu.items()}
    whole = sum(means.values())
    return {
        "pupils_ours": len(made.sizes),
        "mean_cpu_ms": {stage: round(mean, 2) for stage, mean in means.items()},
        "records_per_second_per_core_by_stage": {
            stage: round(1000 / mean, 1) for stage, mean in means.items()
        },
        "records_per_second_per_core": round(1000 / whole, 1),
        "province_minutes": round(PROVINCE * whole / 1000 / CORES / 60, 1),
    }


def _medians(stages: dict[str, list[float]]) -> dict[str, float]:
    return {stage: round(statistics.median(values), 1) for stage, values in stages.items()}


def _show(taken: dict[str, Taken], figures: dict[str, object], console: Console) -> None:
    table = Table("pipeline", *STAGES, "cpu ms", "wall ms", "bytes")
    for name, item in taken.items():
        cells = [f"{value:.0f}" for value in _medians(item.cpu).values()]
        table.add_row(
            name,
            *cells,
            f"{item.cpu_ms():.0f}",
            f"{item.wall_ms():.0f}",
            f"{statistics.median(item.sizes):,.0f}",
        )
    console.print(table)
    console.print(
        f"ratio {figures['pipeline_cpu_ratio']}, {figures['records_per_second_per_core']} records a second and core, "
        f"{figures['peak_mb']} MB at the peak, both in one process"
    )
    console.print(
        f"ours, {figures['pupils_ours']} pupils, mean ms of processor time by stage: {figures['mean_cpu_ms']}; "
        f"{PROVINCE:,} pupils on {CORES} cores: {figures['province_minutes']} minutes of processor time, "
        "without queue, database and store"
    )

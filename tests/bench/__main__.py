"""The table of benches."""

import importlib
import sys

BENCHES = {
    "gateway": "tests.bench.gateway",
    "growth": "tests.bench.growth",
    "hostile": "tests.bench.hostile",
    "intake": "tests.bench.intake",
    "locking": "tests.bench.locking",
    "ministry": "tests.bench.ministry",
    "neighbours": "tests.bench.neighbours",
    "pipeline": "tests.bench.pipeline",
    "subscriptions": "tests.bench.subscriptions",
}
"""Name to module; each has ``run(arguments)``. Imported when asked for: no bench needs another's servers."""


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHES:
        sys.stderr.write(f"python -m tests.bench {' | '.join(BENCHES)} [options]\n")
        return 2
    module = importlib.import_module(BENCHES[sys.argv[1]])
    return int(module.run(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())

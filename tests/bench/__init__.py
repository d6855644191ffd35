"""Measurements: ``python -m tests.bench NAME``. Figures go to ``build/bench-NAME.json``."""

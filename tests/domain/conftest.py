"""Hypothesis for pure functions: the same examples every time, and no deadline on a machine that is shared."""

from hypothesis import settings

settings.register_profile("domain", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("domain")

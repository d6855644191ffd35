"""What all tests may use: servers started once for the whole run, databases and worlds made for one test.

Hypothesis tries the same examples every time, and sets no deadline on a machine that is shared.
"""

from hypothesis import settings

settings.register_profile("shared", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("shared")

pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.collector",
    "tests.fixtures.database",
    "tests.fixtures.world",
    "tests.fixtures.moving",
    "tests.fixtures.asking",
    "tests.fixtures.ministry",
    "tests.fixtures.softhsm",
    "tests.fixtures.csc",
]

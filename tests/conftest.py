"""What all tests may use: servers started once for the whole run, databases and worlds made for one test."""

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

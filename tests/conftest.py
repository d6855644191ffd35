"""What all tests may use: servers started once for the whole run."""

pytest_plugins = ["tests.fixtures.servers"]

"""Servers end with their owner, and a folder has one owner at a time."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from backend.embedded.errors import DataFolderInUseError, ServerStartError
from backend.embedded.guarded import GuardedServer, ServerPlan
from tests.embedded.owners import run_owner
from tests.fixtures.processes import command_line, eventually, is_alive, mentioning

SLEEPER = "import sys, time; open(sys.argv[1], 'w').write('up'); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
OWNER = """
import json, sys, time
from pathlib import Path
from backend.embedded.guarded import GuardedServer, ServerPlan
data = Path(sys.argv[1])
server = GuardedServer(data, "sleeper")
up = data / "up"
plan = ServerPlan([sys.executable, "-c", sys.argv[2], str(up)], cwd=Path("/"), grace_seconds=float(sys.argv[3]))
server.start(plan, up.exists)
print("started", flush=True)
time.sleep(600)
"""


def sleeper(data: Path, program: str = SLEEPER, **options: object) -> tuple[GuardedServer, ServerPlan, Path]:
    up = data / "up"
    plan = ServerPlan([sys.executable, "-c", program, up], cwd=Path("/"), **options)
    return GuardedServer(data, "sleeper"), plan, up


def processes_of(data: Path) -> set[int]:
    """The guardian and the server, without the owner that started them."""
    return mentioning(str(data / "up"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_server_ends_with_its_owner(own_data, how):
    """Guardian and server are gone soon after the owner died, whatever killed it."""
    with run_owner(OWNER, str(own_data), SLEEPER, "5") as owner:
        assert owner.stdout.readline() == "started\n"
        assert len(processes_of(own_data)) == 2
        owner.send_signal(how)
        owner.wait()
        assert eventually(lambda: not processes_of(own_data))


def test_server_ends_when_its_guardian_is_killed(own_data):
    """The server carries a death signal of its own."""
    server, plan, up = sleeper(own_data)
    server.start(plan, up.exists)
    (guardian,) = [item for item in processes_of(own_data) if "guardian.py" in command_line(item)]
    os.kill(guardian, signal.SIGKILL)
    assert eventually(lambda: not processes_of(own_data))
    server.stop()


def test_stubborn_server_is_killed_after_its_grace(own_data):
    """A server that ignores its stop signal delays the end by its grace and no more."""
    server, plan, up = sleeper(own_data, STUBBORN, grace_seconds=0.5)
    server.start(plan, up.exists)
    began = time.monotonic()
    server.stop()
    assert 0.4 < time.monotonic() - began < 4
    assert not processes_of(own_data)


def test_second_start_waits_for_the_rest_of_a_killed_run(own_data):
    """While a killed owner's server is still ending, the next start waits instead of meddling."""
    with run_owner(OWNER, str(own_data), STUBBORN, "1.5") as owner:
        assert owner.stdout.readline() == "started\n"
        before = processes_of(own_data)
        owner.kill()
        owner.wait()
        server, plan, up = sleeper(own_data)
        began = time.monotonic()
        server.claim()
        assert time.monotonic() - began > 1
        assert not any(is_alive(process) for process in before)
        up.unlink()
        server.start(plan, up.exists)
        assert server.is_running
        server.stop()


def test_folder_in_use_is_refused_at_once(own_data):
    """A second owner is told whose folder it is, and the first goes on undisturbed."""
    with run_owner(OWNER, str(own_data), SLEEPER, "5") as owner:
        assert owner.stdout.readline() == "started\n"
        with pytest.raises(DataFolderInUseError, match=str(owner.pid)):
            GuardedServer(own_data, "sleeper").claim()
        assert len(processes_of(own_data)) == 2


def test_server_that_ends_at_once_is_explained(own_data):
    """The error carries what the server said, and the folder is free again."""
    server, plan, _ = sleeper(own_data, "raise SystemExit('no such luck')")
    with pytest.raises(ServerStartError, match="no such luck"):
        server.start(plan, lambda: False)
    assert not server.is_running
    GuardedServer(own_data, "sleeper").claim()


def test_program_that_does_not_exist_is_explained(own_data):
    """So does a program that is not there."""
    server = GuardedServer(own_data, "sleeper")
    with pytest.raises(ServerStartError, match="/no/such/program"):
        server.start(ServerPlan(["/no/such/program"], cwd=Path("/")), lambda: False)


def test_environment_is_not_on_a_command_line(own_data):
    """Secrets travel by the environment, which only the same account can read."""
    program = "import os, sys, time; open(sys.argv[1], 'w').write(os.environ['SECRET']); time.sleep(600)"
    server, plan, up = sleeper(own_data, program, environment={"SECRET": "hush-hush"})
    server.start(plan, up.exists)
    assert eventually(lambda: up.read_text() == "hush-hush")
    assert not mentioning("hush-hush")
    server.stop()


def test_stop_without_start_and_twice(own_data):
    """Stopping is safe at any time."""
    server, plan, up = sleeper(own_data)
    server.stop()
    server.start(plan, up.exists)
    server.stop()
    server.stop()
    assert not server.is_running


def test_previous_log_is_kept(own_data):
    """The log of the run before is still there after a restart."""
    for words in ("first", "second"):
        server, plan, _ = sleeper(own_data, f"raise SystemExit({words!r})")
        with pytest.raises(ServerStartError):
            server.start(plan, lambda: False)
    logs = own_data / "log"
    assert "second" in (logs / "sleeper.log").read_text()
    assert "first" in (logs / "sleeper.log.1").read_text()


def test_plan_is_plain_data():
    """What the guardian gets says the signal by number and no user for an ordinary starter."""
    plan = json.loads(ServerPlan(["a", Path("b")], cwd=Path("/"), stop_signal=signal.SIGINT).as_json())
    assert plan["command"] == ["a", "b"]
    assert plan["stop_signal"] == 2
    assert plan["user"] is None

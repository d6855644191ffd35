"""Secrets and ports are chosen once and survive."""

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.embedded.data_folder import DataFolder
from backend.embedded.errors import PortTakenError
from backend.embedded.ports import RANGE, Ports, is_free

ASK = """
import sys
from pathlib import Path
from backend.embedded.data_folder import DataFolder
print(DataFolder(Path(sys.argv[1])).secret("shared"))
"""


def test_secret_is_made_once_and_for_its_owner_only(own_data):
    """The same name gives the same secret, in a file that nobody else reads."""
    secret = DataFolder(own_data).secret("a")
    assert len(secret) >= 43
    assert DataFolder(own_data).secret("a") == secret
    assert DataFolder(own_data).secret("b") != secret
    assert (own_data / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert own_data.stat().st_mode & 0o077 == 0


def test_processes_that_ask_at_once_get_one_secret(own_data):
    """Several processes that ask for a new secret together agree on it."""

    def ask(_):
        return subprocess.check_output([sys.executable, "-c", ASK, str(own_data)], text=True)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_failed_change_of_state_is_not_written(own_data):
    """An exception inside the block leaves the state as it was."""
    folder = DataFolder(own_data)
    with folder.state() as state:
        state["kept"] = 1
    with pytest.raises(KeyError), folder.state() as state:
        state["lost"] = state["no such key"]
    assert json.loads((own_data / "state.json").read_text()) == {"kept": 1}


def test_port_is_kept(own_data):
    """A server has the same port at every start, outside the range of outgoing connections."""
    port = Ports(own_data).port("postgres")
    assert port in RANGE
    assert Ports(own_data).port("postgres") == port
    assert Ports(own_data).reserve("postgres") == port
    assert Ports(own_data).port("redis") != port


def test_taken_port_is_replaced(own_data):
    """A port that a foreign program has taken is given up for good."""
    port = Ports(own_data).port("redis")
    with occupied(port):
        other = Ports(own_data).port("redis")
    assert other != port
    assert Ports(own_data).port("redis") == other


def test_fixed_port_that_is_taken_is_an_error_that_says_what_to_do(own_data):
    """The PKI's port is never replaced."""
    port = Ports(own_data).port("pki", fixed=True)
    with occupied(port), pytest.raises(PortTakenError, match=f"sport = :{port}"):
        Ports(own_data).port("pki", fixed=True)
    assert Ports(own_data).port("pki", fixed=True) == port


def test_only_a_listener_takes_a_port(own_data):
    """A port whose last connections linger is free."""
    port = Ports(own_data).port("redis")
    with occupied(port) as listener:
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = listener.accept()
        served.close()  # the listening side closes first and lingers
        client.close()
    assert is_free(port)


def occupied(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port))

"""Root starts servers as an account that may do nothing else; closed folders are opened no more than needed."""

import os
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backend.embedded.redis_server import EmbeddedRedis
from backend.embedded.system_user import ACCOUNT, let_run, unprivileged_user
from tests.fixtures.processes import mentioning

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary starter needs no other account")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_servers_of_root_run_as_the_account(own_data):
    """Not as root, and with no group of root's."""
    server = EmbeddedRedis(own_data)
    port = urlsplit(server.start()).port
    (process,) = mentioning(f"redis-server 127.0.0.1:{port}")
    user = unprivileged_user()
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    assert status["Uid"].split() == [str(user.uid)] * 4
    assert status["Groups"].strip() == ""
    server.stop()


def test_closed_folders_let_pass_but_not_look(own_data, caplog):
    """The folder above gets ``x`` for others and nothing else, and the log names it."""
    own_data.parent.chmod(0o700)
    server = EmbeddedRedis(own_data)
    server.start()
    server.stop()
    assert mode(own_data.parent) == 0o701
    assert f"{ACCOUNT} has to pass through these folders: chmod o+x {own_data.parent}" in caplog.text
    assert mode(own_data / "secrets.json") == 0o600


def test_programs_unpacked_for_one_user_are_opened(own_data):
    """A wheel installed under a strict umask works for the account too, its libraries included."""
    program, library = own_data / "package" / "bin" / "serve", own_data / "package.libs" / "lib.so"
    for path in (program, library):
        path.parent.mkdir(parents=True)
        path.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    library.chmod(0o600)
    for folder in (own_data / "package", program.parent, library.parent):
        folder.chmod(0o700)
    let_run(program, (own_data / "package", library.parent), unprivileged_user())
    assert [mode(path) for path in (program, library, program.parent)] == [0o705, 0o604, 0o705]

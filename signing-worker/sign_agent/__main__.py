"""``hocba-sign-agent``: listen on loopback for the pages of one site and sign through the token in this PC."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from sign_agent.asking import confirm_by, confirm_in_terminal, pin_by, pin_in_terminal
from sign_agent.server import PORT, Agent, Listener
from signing_worker.sign.keys.pkcs11_keys import Tokens


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _options().parse_args(arguments)
    read_pin = pin_by(shlex.split(asked.pin_program)) if asked.pin_program else pin_in_terminal
    keys = Tokens(asked.module, lambda _token: read_pin())
    confirm = confirm_by(shlex.split(asked.confirm_program)) if asked.confirm_program else confirm_in_terminal
    with Listener(Agent(asked.site.rstrip("/"), asked.key, keys, confirm), asked.port) as listener:
        print(f"hocba-sign-agent: 127.0.0.1:{listener.server_port}, {asked.site}", flush=True)  # noqa: T201 - a program's output
        try:
            listener.serve_forever()
        except KeyboardInterrupt:
            return


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="hocba-sign-agent", description=__doc__)
    options.add_argument(
        "--site", required=True, help="the system's address, as the browser shows it: https://…"
    )
    options.add_argument("--module", required=True, type=Path, help="the token's PKCS#11 module")
    options.add_argument("--key", required=True, help="the key, as in RFC 7512: token=…;object=…")
    options.add_argument("--port", type=int, default=PORT)
    options.add_argument("--confirm-program", default="", help="asks with a window: zenity --question --text")
    options.add_argument("--pin-program", default="", help="asks for the PIN: zenity --password")
    return options


if __name__ == "__main__":
    main()

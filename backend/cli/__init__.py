"""The ``hocba`` command."""

import sys

from rich.console import Console

from backend.cli.commands import app
from backend.embedded.errors import EmbeddedError
from backend.settings import SettingsMissingError

USAGE = 2


def main() -> None:
    """Run the command line; what an operator can mend is one line, not a traceback."""
    errors = Console(stderr=True)
    try:
        app()
    except SettingsMissingError as error:
        errors.print(
            f"Thiếu thiết đặt: {error}. Hãy chạy `make run` ở cửa sổ khác, hoặc đặt các biến này.",
            markup=False,
        )
        sys.exit(USAGE)
    except EmbeddedError as error:
        errors.print(str(error), markup=False)
        sys.exit(USAGE)
    except ConnectionError as error:
        errors.print(f"Không kết nối được máy chủ: {error}", markup=False)
        sys.exit(USAGE)

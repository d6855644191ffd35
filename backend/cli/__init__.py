"""The ``hocba`` command."""

from backend.cli.commands import app


def main() -> None:
    """Run the command line."""
    app()

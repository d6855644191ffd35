"""``hocba generate``: export files that the import takes, the same for the same seed."""

from pathlib import Path

from tests.cli.commands import hocba

SIZES = ("--schools", "2", "--pupils", "40")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


async def test_one_file_for_each_school_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """Two schools make two files; the same seed makes the same bytes, another seed others."""
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        done = await hocba("generate", str(tmp_path / name), *SIZES, "--seed", seed)
        assert done.code == 0, done.output
    first, second, other = (_bytes(tmp_path / name) for name in "abc")
    assert len(first) == 2
    assert first == second
    assert list(first.values()) != list(other.values())


async def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    """A kind of file that there is not names those there are, and makes none."""
    done = await hocba("generate", str(tmp_path / "d"), *SIZES, "--kind", "docx")
    assert done.code == 2
    assert "xlsx" in done.output
    assert not (tmp_path / "d").exists()

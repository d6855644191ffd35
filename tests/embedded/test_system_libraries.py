"""A machine that lacks something is told so in one line, by tools that need nothing installed themselves."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.embedded import system_libraries
from backend.embedded.system_libraries import LIBRARIES

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "backend" / "embedded" / "system_libraries.py"
BOOTSTRAP = ROOT / "infra" / "bootstrap"


def test_this_machine_has_everything():
    """The real probes find what is installed here, without any site package."""
    result = subprocess.run([sys.executable, "-I", "-S", SCRIPT], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("requirement", LIBRARIES, ids=lambda item: item.package)
def test_missing_library_is_named_with_its_package(requirement):
    """One line in Vietnamese, one in English, with the package to install."""
    absent = system_libraries.missing(library=lambda name: name not in requirement.names)
    assert absent == [requirement]
    vietnamese, english = system_libraries.message(absent).splitlines()
    assert (
        vietnamese
        == f"Thiếu thư viện hệ thống: {requirement.what}. Hãy cài đặt: apt-get install {requirement.package}"
    )
    assert (
        english
        == f"Missing system libraries: {requirement.what}. Install them: apt-get install {requirement.package}"
    )


def test_everything_missing_is_one_message():
    """All packages in one command."""
    absent = system_libraries.missing(library=lambda _: False)
    assert len(system_libraries.message(absent).splitlines()) == 2
    assert all(item.package in system_libraries.message(absent) for item in LIBRARIES)


def test_root_installs_and_looks_again(monkeypatch):
    """What is missing is installed for root, in one call, and checked afterwards."""
    installed: list[str] = []
    monkeypatch.setattr(system_libraries, "missing", lambda: [] if installed else list(LIBRARIES[:2]))
    monkeypatch.setattr(system_libraries, "can_install", lambda: True)
    monkeypatch.setattr(system_libraries, "install", installed.extend)
    assert system_libraries.main(["--install"]) == 0
    assert installed == ["libpango-1.0-0", "libpangoft2-1.0-0"]


def test_others_are_told(monkeypatch, capsys):
    """Without root, or without being asked to, nothing is installed."""
    monkeypatch.setattr(system_libraries, "missing", lambda: [LIBRARIES[0]])
    monkeypatch.setattr(system_libraries, "can_install", lambda: False)
    assert system_libraries.main(["--install"]) == 1
    assert "apt-get install libpango-1.0-0" in capsys.readouterr().err


def machine(folder: Path, *programs: str, **fakes: str) -> dict[str, str]:
    """An environment whose PATH has these programs of ours and these fakes, and nothing else."""
    for name in ("sh", "sed", "id", "env", *programs):
        found = shutil.which(name)
        assert found is not None, name
        (folder / name).symlink_to(os.path.realpath(found))
    for name, output in fakes.items():
        fake = folder / name
        fake.write_text(f"#!/bin/sh\n{output}\n")
        fake.chmod(0o755)
    return {"PATH": str(folder)}


def run(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", BOOTSTRAP / script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_complete_machine_names_its_python():
    """With everything there, the script prints the Python to use."""
    result = run("programs.sh", {"PATH": os.environ["PATH"]})
    assert result.returncode == 0
    assert result.stdout.strip().startswith("python3")


def test_old_programs_are_all_named_at_once(tmp_path):
    """An old Python, an old Node and no git: three faults, one run."""
    old_python = 'if [ "$1" = --version ]; then echo Python 3.9.2; fi; exit 1'
    environment = machine(tmp_path, python3=old_python, node="echo v18.19.0", npm=":")
    result = run("programs.sh", environment)
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed; found: Python 3.9.2" in result.stderr
    assert "Node.js 20 or newer is needed; found: v18.19.0" in result.stderr
    assert "git is needed" in result.stderr
    assert result.stdout == ""


def test_newer_python_beside_an_old_one_is_taken(tmp_path):
    """Where ``python3`` is old, a versioned name that is new enough serves."""
    environment = machine(tmp_path, python3="exit 1", node="echo v20.1.0", npm=":", git=":")
    (tmp_path / "python3.12").symlink_to(tmp_path / "true")
    (tmp_path / "true").write_text("#!/bin/sh\nexit 0\n")
    (tmp_path / "true").chmod(0o755)
    result = run("programs.sh", environment)
    assert (result.returncode, result.stdout) == (0, "python3.12\n")


def test_missing_test_tools_are_named_once_for_others(tmp_path):
    """Who is not root gets the packages in one command and a failure."""
    (tmp_path / "bin").mkdir()
    environment = machine(tmp_path / "bin", "openssl")
    (tmp_path / "bin" / "id").unlink()
    (tmp_path / "bin" / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "bin" / "id").chmod(0o755)
    result = run("test-tools.sh", environment)
    assert result.returncode == 1
    vietnamese, english = result.stderr.splitlines()
    assert english.startswith(
        "Tests need more programs. Install them: apt-get install poppler-utils qpdf mupdf-tools"
    )
    assert "openssl" not in english
    assert vietnamese.startswith("Thiếu công cụ kiểm thử.")


def test_makefile_lists_its_targets():
    """``make`` alone explains what there is."""
    result = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=False)
    for target in ("run", "test", "lint", "types", "format", "bench", "migrations"):
        assert f"make {target} " in result.stdout

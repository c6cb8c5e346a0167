"""The first step on a bare Python, and what it says when it can't be taken."""

import stat
import sys
from pathlib import Path

import pytest

from sandbox import bootstrap


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", str(folder))
    monkeypatch.setattr(bootstrap, "PYTHON", str(folder / "bin" / "python"))
    monkeypatch.setattr(bootstrap, "MARKER", str(folder / ".sales-machine.json"))
    return folder


def test_an_old_python_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.SetupError, match=r"3\.11 or later .* PYTHON="):
        bootstrap.check_python()


def test_a_python_without_venv_is_refused_with_the_package_to_install(
    tmp_path: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\necho 'The virtual environment was not created: ensurepip is not available.'\nexit 1\n"
    )
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(bootstrap.SetupError, match=r"apt install python3\.\d+-venv"):
        bootstrap.make_venv()
    assert not venv.exists()


def test_a_full_disk_is_said_before_anything_is_written(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOM", 10**18)
    with pytest.raises(bootstrap.SetupError, match="free some space"):
        bootstrap.install("wanted")
    assert not venv.exists()


def test_an_environment_is_current_only_for_the_same_requirements(venv: Path) -> None:
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    (venv / ".sales-machine.json").write_text('{"fingerprint": "one"}')
    assert bootstrap.is_current("one")
    assert not bootstrap.is_current("another")
    (venv / ".sales-machine.json").write_text("{ half")
    assert not bootstrap.is_current("one")


def test_the_requirements_name_uv_with_its_hashes() -> None:
    with Path(bootstrap.REQUIREMENTS).open(encoding="utf-8") as stream:
        assert "\nuv==" in stream.read()

"""The cache of npm packages: filled once, whole or not at all, mended when damaged."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from sandbox import toolchain
from sandbox.errors import DiskFull, InstallFailed
from sandbox.progress import Display
from sandbox.settings import cache_folder
from sandbox.toolchain import Package, damage, ensure

QUIET = Display(quiet=True)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A package with one dependency, packed beside it, so that no registry is asked."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    dependency = tmp_path / "dependency"
    dependency.mkdir()
    (dependency / "package.json").write_text(json.dumps({"name": "dependency", "version": "1.0.0"}))
    toolchain.run_npm(("pack", "--silent"), dependency, tmp_path / "pack.log", "Pack", QUIET)
    archive = dependency / "dependency-1.0.0.tgz"
    source = tmp_path / "source"
    source.mkdir()
    wanted = {"name": "wanted", "private": True, "dependencies": {"dependency": f"file:{archive}"}}
    (source / "package.json").write_text(json.dumps(wanted))
    return Package("wanted", "Install it", source, ("install", "--ignore-scripts", "--offline"), 1_000, 1)


def test_installs_once_and_finds_it_again(package: Package) -> None:
    folder = ensure(package, QUIET)
    assert (folder / "node_modules" / "dependency" / "package.json").is_file()
    touched = folder.stat().st_mtime_ns
    assert ensure(package, QUIET) == folder
    assert folder.stat().st_mtime_ns == touched


def test_another_package_json_is_another_folder(package: Package) -> None:
    first = ensure(package, QUIET)
    wanted = json.loads((package.source / "package.json").read_text())
    (package.source / "package.json").write_text(json.dumps({**wanted, "version": "2.0.0"}))
    assert ensure(package, QUIET) != first


@pytest.mark.parametrize("broken", [".complete", "node_modules/.package-lock.json", "node_modules/dependency"])
def test_mends_what_is_damaged(package: Package, broken: str) -> None:
    folder = ensure(package, QUIET)
    place = folder / broken
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink()
    assert damage(folder)
    assert damage(ensure(package, QUIET)) is None


def test_a_list_that_cannot_be_read_is_damage(package: Package) -> None:
    folder = ensure(package, QUIET)
    (folder / "node_modules" / ".package-lock.json").write_text("{ half of")
    assert "can't be read" in str(damage(folder))


def test_a_failed_installation_says_so_and_leaves_nothing(package: Package) -> None:
    (package.source / "package.json").write_text(json.dumps({"dependencies": {"x": "file:/nowhere/x.tgz"}}))
    with pytest.raises(InstallFailed, match="Install it"):
        ensure(package, QUIET)
    assert [path.name for path in cache_folder().iterdir() if path.is_dir()] == []


def test_a_full_disk_is_said_before_anything_is_written(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 500))
    with pytest.raises(DiskFull, match="XDG_CACHE_HOME"):
        ensure(package, QUIET)
    assert [path.name for path in cache_folder().iterdir() if path.is_dir()] == []


def test_the_disk_filling_up_on_the_way_is_said_as_such(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, log: Path, **__: object) -> int:
        log.write_text("npm error code ENOSPC\nnpm error nospc no space left on device")
        return 1

    monkeypatch.setattr(toolchain, "run_to_log", fails)
    with pytest.raises(DiskFull, match="full"):
        ensure(package, QUIET)

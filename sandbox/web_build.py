"""Builds the panel once for each state of its sources, into the cache folder."""

import contextlib
import hashlib
import json
import shutil
from pathlib import Path

from sandbox.errors import DiskFull, InstallFailed, tail
from sandbox.processes import run_to_log
from sandbox.progress import Display
from sandbox.settings import cache_folder
from sandbox.supervisor import REPOSITORY
from sandbox.toolchain import check_room, node_env, node_folder, only_one, run_npm

WEB = REPOSITORY / "web"
SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src", "public")
KEPT_BUILDS = 3
ROOM = 700 * 1024 * 1024


def has_panel() -> bool:
    """Whether the repository holds the panel's sources."""
    return (WEB / "package.json").exists()


def ensure_modules(display: Display) -> None:
    """Install the panel's npm packages into web/node_modules if they are not those of its lock file."""
    if modules_are_current(WEB):
        return
    root = cache_folder()
    root.mkdir(parents=True, exist_ok=True)
    with only_one(root / "web-modules.lock"):
        if modules_are_current(WEB):
            return
        check_room(WEB, ROOM, "Install the panel's packages")
        with display.step("Install the panel's packages", 25):
            # Not `npm ci`: it refuses a lock file made where the binaries for other platforms can't be had.
            arguments = ("install", "--ignore-scripts", "--no-save")
            run_npm(arguments, WEB, root / "web-modules.log", "Install the panel's packages", display)


def modules_are_current(web: Path) -> bool:
    """Whether node_modules holds what the lock file names, in its versions (optional platform packages aside)."""
    try:
        wanted = json.loads((web / "package-lock.json").read_text())["packages"]
        held = json.loads((web / "node_modules" / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    for place, entry in wanted.items():
        if not place or entry.get("optional"):
            continue
        if held.get(place, {}).get("version") != entry.get("version") or not (web / place / "package.json").is_file():
            return False
    return True


def built_panel(display: Display) -> Path:
    """The folder with the built panel, building it first if its sources changed. Raises `InstallFailed`."""
    root = cache_folder()
    root.mkdir(parents=True, exist_ok=True)
    final = root / f"panel-{_fingerprint()}"
    if (final / "index.html").is_file():
        return final
    ensure_modules(display)
    with only_one(root / "panel.lock"):
        if (final / "index.html").is_file():
            return final
        with display.step("Build the panel", 15):
            _build(final, root / "panel.log", display)
        _forget_old(root, final)
    return final


def _build(final: Path, log: Path, display: Display) -> None:
    partial = final.with_name(f"{final.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    argv = [str(node_folder() / "node"), str(vite), "build", "--outDir", str(partial), "--emptyOutDir"]
    log.unlink(missing_ok=True)
    if run_to_log(argv, cwd=WEB, env=node_env(), log=log, interrupted=display.interrupted) != 0:
        shutil.rmtree(partial, ignore_errors=True)
        ending = tail(log)
        if "ENOSPC" in ending:
            raise DiskFull(f"Build the panel: the disk of {final.parent} is full.")
        raise InstallFailed(f"Build the panel: vite failed.\n{ending}")
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in SOURCES:
        top = WEB / name
        files = sorted(path for path in top.rglob("*") if path.is_file()) if top.is_dir() else [top]
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                content = file.read_bytes()
                digest.update(f"{file.relative_to(WEB)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def _forget_old(root: Path, current: Path) -> None:
    builds = sorted(
        (path for path in root.glob("panel-*") if path.is_dir() and path != current),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for stale in builds[KEPT_BUILDS - 1 :]:
        shutil.rmtree(stale, ignore_errors=True)

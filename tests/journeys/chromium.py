"""A real Chromium: the machine's own, Debian's, or Playwright's, in this order."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def _run(*command: str, folder: Path = ROOT) -> None:
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{' '.join(command)} failed:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"


def chromium() -> str:
    """Path of an executable Chromium, installed first when there is none. Fails with the installer's own words."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    if shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
        installed = shutil.which("chromium")
        assert installed, "Debian's chromium is installed but not on PATH"
        return installed
    _run("npx", "playwright-core", "install", "chromium", folder=ROOT / "web")
    script = "console.log(require('playwright-core').chromium.executablePath())"
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("node")), "-e", script],
        cwd=ROOT / "web",
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout.strip()

"""What can go wrong on a laptop, each said in one sentence with how to mend it.

SandboxError
├── PortTaken          another process listens where a part of ours wants to
├── AlreadyRunning     a stack runs in this state folder
├── DiskFull           not enough room for what is about to be installed
├── InstallFailed      npm or the build of the panel failed
└── PartFailed         a part stopped or never became ready; carries the end of its log
"""

# ruff: noqa: N818 - an error is named by the fact it states.
import re
from pathlib import Path

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class SandboxError(Exception):
    """Base of every failure that a person at the keyboard can mend; `str()` is the sentence to show."""


class PortTaken(SandboxError):
    """A port of ours is held by another process."""


class AlreadyRunning(SandboxError):
    """Another supervisor holds this state folder."""


class DiskFull(SandboxError):
    """Too little room on the disk of a folder we are about to fill."""


class InstallFailed(SandboxError):
    """An installation or a build ended with an error; the sentence holds the end of its output."""


class PartFailed(SandboxError):
    """A part of the stack failed; the sentence names it and ends with the last lines of its log."""

    def __init__(self, part: str, reason: str, log: Path, lines: int = 20) -> None:
        self.part = part
        self.log = log
        ending = tail(log, lines)
        shown = f"\n--- the end of {log} ---\n{ending}" if ending else f" Its log {log} is empty."
        super().__init__(f"{part} {reason}.{shown}")


def tail(path: Path, lines: int = 20) -> str:
    """The last `lines` lines of a text file without its colours, from its last 64 KiB; empty when there is no file."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - 65_536))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(COLOURS.sub("", text).splitlines()[-lines:])

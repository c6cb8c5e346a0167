"""Between the repository and a running n8n, by n8n's own commands: what is there, what differs, bring it over.

The command is `n8n` unless `N8N_COMMAND` names another (it may hold arguments); it reads its database settings from
the environment, as n8n itself does.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from n8n_workflows.manifest import ROOT, load_manifest
from n8n_workflows.normalise import dump, normalise
from n8n_workflows.render import render

STATE = Path(os.environ.get("SALES_MACHINE_HOME", ".run")) / "n8n-pulled.json"
"""What the instance held when it was last pulled or pushed, as hashes by id."""


class InstanceError(Exception):
    """n8n could not do what was asked; the message says what to do."""


@dataclass(frozen=True)
class Difference:
    """A workflow whose text on the instance is not that of the repository."""

    id: str
    file: str
    theirs: str


def pull(out: Path) -> dict[str, str]:
    """Export the workflows of the manifest from the instance into `out`; their normal texts by id."""
    _n8n("export:workflow", "--all", "--separate", f"--output={out}")
    known = {entry.id for entry in load_manifest().workflows}
    texts = {}
    for file in sorted(out.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["id"] in known:
            texts[document["id"]] = dump(normalise(document))
    return texts


def differences(texts: Mapping[str, str]) -> list[Difference]:
    """The workflows of the instance that are not as in the repository, those that are missing there included."""
    return [
        Difference(entry.id, entry.file, texts.get(entry.id, ""))
        for entry in load_manifest().workflows
        if texts.get(entry.id, "") != (ROOT / entry.file).read_text(encoding="utf-8")
    ]


def write_pulled(found: list[Difference]) -> list[str]:
    """Bring what was changed in the editor into the repository's files; the files written."""
    written = []
    for difference in found:
        if difference.theirs:
            (ROOT / difference.file).write_text(difference.theirs, encoding="utf-8")
            written.append(difference.file)
    return written


def push(environment: Mapping[str, str], *, force: bool = False) -> list[str]:
    """Import and publish what differs from the instance, leaf first; the ids. n8n must be restarted afterwards.

    Raises `InstanceError` when the instance was changed since the last pull. `force` brings everything over, with the
    credentials, whatever the instance holds: for its first time, and when an address or a token changed.
    """
    with tempfile.TemporaryDirectory() as folder:
        there = pull(Path(folder))
    known = _remembered()
    edited = [workflow_id for workflow_id, text in there.items() if known.get(workflow_id) != _hash(text)]
    if edited and not force:
        raise InstanceError(
            f"{', '.join(edited)} changed in the editor since the last pull. Run `make n8n-pull` first."
        )
    wanted = {difference.id for difference in differences({} if force else there)}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        order = [workflow_id for workflow_id in render(out, environment) if workflow_id in wanted]
        for file in (out / "workflows").iterdir():
            if file.stem not in wanted:
                file.unlink()
        if force:
            credentials = json.loads((out / "credentials.json").read_text(encoding="utf-8"))
            _import("import:credentials", len(credentials), f"--input={out / 'credentials.json'}")
        if order:
            _import("import:workflow", len(order), "--separate", f"--input={out / 'workflows'}")
    for workflow_id in order:
        _n8n("publish:workflow", f"--id={workflow_id}")
    remember({entry.id: (ROOT / entry.file).read_text(encoding="utf-8") for entry in load_manifest().workflows})
    return order


def remember(texts: Mapping[str, str]) -> None:
    """Note what the instance holds now, so that a later push sees whether someone edited it meanwhile."""
    STATE.parent.mkdir(parents=True, exist_ok=True)
    hashes = {workflow_id: _hash(text) for workflow_id, text in texts.items()}
    STATE.write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")


def _remembered() -> dict[str, str]:
    if not STATE.exists():
        return {}
    known: dict[str, str] = json.loads(STATE.read_text(encoding="utf-8"))
    return known


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _import(command: str, count: int, *arguments: str) -> None:
    output = _n8n(command, *arguments)
    # n8n may end with 0 after importing a part of them.
    if not re.search(rf"Successfully imported {count} ", output):
        raise InstanceError(f"n8n did not take all {count} items of {command}:\n{output[-2000:]}")


def _n8n(*arguments: str) -> str:
    command = [*shlex.split(os.environ.get("N8N_COMMAND", "n8n")), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the operator's own
    except FileNotFoundError as missing:
        raise InstanceError(f"There is no command {command[0]!r}. Name n8n's in N8N_COMMAND.") from missing
    if done.returncode != 0:
        raise InstanceError(f"n8n {arguments[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout + done.stderr

"""What belongs together: every workflow file, its kind, what it uses, and in which order they are published."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from n8n_workflows.workflow import Workflow, load_workflow

ROOT = Path(__file__).parent
MANIFEST = ROOT / "manifest.yaml"

Kind = Literal["entry", "sub", "error"]


class ManifestError(Exception):
    """`manifest.yaml` can't be used; the message says which entry and why."""


@dataclass(frozen=True)
class Entry:
    """One workflow of the manifest. `routes` are `"<service> <METHOD> <path>"`, `calls` the ids it starts."""

    id: str
    file: str
    kind: Kind
    credentials: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """`manifest.yaml`. The workflows stand in publish order: what is called before what calls it."""

    n8n_version: str
    workflows: tuple[Entry, ...]
    reports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For each claim route, the routes that end the claim."""
    repeatable: frozenset[str] = frozenset()
    """The routes that may be called again when a call failed."""

    def entry(self, workflow_id: str) -> Entry:
        """The entry with that id; raises `ManifestError` when there is none."""
        for entry in self.workflows:
            if entry.id == workflow_id:
                return entry
        raise ManifestError(f"manifest.yaml has no workflow {workflow_id}.")


def load_manifest(path: Path = MANIFEST) -> Manifest:
    """Read the manifest; raises `ManifestError` when a key is missing or a kind unknown."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        entries = tuple(_entry(item) for item in data["workflows"])
        return Manifest(
            n8n_version=data["n8n_version"],
            workflows=entries,
            reports={claim: tuple(routes) for claim, routes in data["reports"].items()},
            repeatable=frozenset(data["repeatable"]),
        )
    except KeyError as missing:
        raise ManifestError(f"{path.name} lacks {missing}.") from missing


def load_all(manifest: Manifest, root: Path = ROOT) -> dict[str, Workflow]:
    """Every workflow of the manifest by id, in publish order."""
    return {entry.id: load_workflow(root / entry.file) for entry in manifest.workflows}


def _entry(item: dict[str, Any]) -> Entry:
    if item["kind"] not in ("entry", "sub", "error"):
        raise ManifestError(f"{item['id']}: kind is entry, sub or error, not {item['kind']}.")
    lists = {name: tuple(item.get(name, ())) for name in ("credentials", "calls", "routes")}
    return Entry(id=item["id"], file=item["file"], kind=item["kind"], **lists)

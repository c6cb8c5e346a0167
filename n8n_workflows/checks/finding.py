"""What a rule says when it is broken, and what it may look at."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from n8n_workflows.manifest import MANIFEST, ROOT, Entry, Manifest, load_all, load_manifest
from n8n_workflows.render import TEMPLATE
from n8n_workflows.workflow import Workflow

TYPE_VERSIONS = ROOT / "typeversions.json"


@dataclass(frozen=True)
class Finding:
    """One broken rule at one place."""

    rule: str
    file: str
    node: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.node}" if self.node else self.file
        return f"{place}: {self.message} [{self.rule}]"


@dataclass(frozen=True)
class Book:
    """Everything that belongs together: the manifest, the workflows by id, and what they may use."""

    manifest: Manifest
    workflows: dict[str, Workflow]
    credentials: dict[str, str]
    """Names of the credentials by id."""
    type_versions: dict[str, float]
    root: Path = ROOT

    def entry(self, workflow: Workflow) -> Entry | None:
        """The manifest's entry of a workflow; None for a file that is not in it."""
        return next((entry for entry in self.manifest.workflows if entry.id == workflow.id), None)

    @cached_property
    def error_workflow(self) -> str:
        """The id of the flow that runs when another breaks off."""
        return next((entry.id for entry in self.manifest.workflows if entry.kind == "error"), "")


Rule = Callable[[Workflow, Book], Iterator[Finding]]


def load_book(root: Path = ROOT) -> Book:
    """Read the repository's workflows and all that the rules compare them with."""
    manifest = load_manifest(root / MANIFEST.name)
    credentials: list[dict[str, Any]] = json.loads((root / TEMPLATE.name).read_text(encoding="utf-8"))
    return Book(
        manifest=manifest,
        workflows=load_all(manifest, root),
        credentials={credential["id"]: credential["name"] for credential in credentials},
        type_versions=json.loads((root / TYPE_VERSIONS.name).read_text(encoding="utf-8")),
        root=root,
    )

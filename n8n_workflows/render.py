"""Workflow files ready for one n8n: addresses and tokens put in, nothing else changed."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from n8n_workflows.manifest import ROOT, load_manifest
from n8n_workflows.normalise import dump, replace_settings

TEMPLATE = ROOT / "credentials.template.json"
VARIABLES: Mapping[str, str] = {
    "API_GATEWAY_URL": "where n8n reaches api_gateway, e.g. http://127.0.0.1:8000",
    "AI_SERVICE_URL": "where n8n reaches ai_service, e.g. http://127.0.0.1:8001",
    "WORKFLOW_TOKEN": "the token that n8n shows to api_gateway",
    "AI_SERVICE_TOKEN": "the token that n8n shows to ai_service",
    "N8N_WEBHOOK_TOKEN": "the token that api_gateway shows to n8n's webhooks",
}
_PLACEHOLDER = re.compile(r"\$\{([A-Z0-9_]+)\}")


class RenderError(Exception):
    """A value is missing; the message names the variables and what they hold."""


def render(out: Path, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Write `out/credentials.json`, `out/workflows/*.json` and `out/publish_order.txt`.

    The credentials file holds the tokens and can be read by its owner only. Returns the ids in publish order, leaf
    first. Raises `RenderError` when a variable is missing.
    """
    missing = [name for name in VARIABLES if not environment.get(name)]
    if missing:
        needed = "; ".join(f"{name} ({VARIABLES[name]})" for name in missing)
        raise RenderError(f"Set these environment variables: {needed}.")
    values = {name: environment[name].rstrip("/") if name.endswith("_URL") else environment[name] for name in VARIABLES}

    manifest = load_manifest()
    workflows = out / "workflows"
    workflows.mkdir(parents=True, exist_ok=True)
    for stale in workflows.glob("*.json"):
        stale.unlink()
    for entry in manifest.workflows:
        document = json.loads((ROOT / entry.file).read_text(encoding="utf-8"))
        rendered = replace_settings(document, lambda _, value: _filled(value, values))
        (workflows / f"{entry.id}.json").write_text(dump(rendered), encoding="utf-8")

    credentials = out / "credentials.json"
    credentials.touch(mode=0o600)
    credentials.chmod(0o600)
    credentials.write_text(dump_credentials(values), encoding="utf-8")
    order = [entry.id for entry in manifest.workflows]
    (out / "publish_order.txt").write_text("".join(f"{workflow_id}\n" for workflow_id in order), encoding="utf-8")
    return order


def dump_credentials(values: Mapping[str, str]) -> str:
    """The credentials of the template with their values filled in, as n8n's import reads them."""
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    return json.dumps(_filled(template, values), indent=2) + "\n"


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: values[match[1]], value)
    if isinstance(value, list):
        return [_filled(part, values) for part in value]
    if isinstance(value, dict):
        return {key: _filled(part, values) for key, part in value.items()}
    return value

"""`python -m n8n_workflows <command>`: check, normalise, render, pull and push the workflows.

render     write what an n8n imports: addresses and tokens filled in from the environment
check      hold every workflow to the rules, and to the OpenAPI documents of the services
normalise  bring the files into their one form (after copying one out of the editor by hand)
pull       bring what was changed in the editor into the files and show it; with --dry-run, only show it
push       check, refuse if the editor is ahead, import, publish
"""

import argparse
import difflib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from n8n_workflows import instance
from n8n_workflows.checks.book import RULES, check_all
from n8n_workflows.checks.contracts import check_contracts
from n8n_workflows.checks.finding import load_book
from n8n_workflows.http_call import Service
from n8n_workflows.manifest import ROOT, ManifestError, load_manifest
from n8n_workflows.normalise import dump, normalise
from n8n_workflows.render import RenderError, render

GATEWAY_DOCUMENT = ROOT.parent / "api_gateway" / "openapi.json"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit code: 0 when all is well, 1 when something must be mended."""
    options = _parser().parse_args(arguments)
    commands: dict[str, Callable[[], int]] = {
        "render": lambda: _render(options.out),
        "check": lambda: _check(options.gateway_openapi, options.ai_openapi),
        "normalise": _normalise,
        "pull": lambda: _pull(dry_run=options.dry_run),
        "push": lambda: _check(options.gateway_openapi, options.ai_openapi) or _push(force=options.force),
    }
    try:
        return commands[options.command]()
    except (RenderError, ManifestError, instance.InstanceError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m n8n_workflows", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("render").add_argument("--out", type=Path, required=True)
    commands.add_parser("normalise")
    commands.add_parser("pull").add_argument("--dry-run", action="store_true", help="only show the changes")
    for name in ("check", "push"):
        command = commands.add_parser(name)
        command.add_argument("--gateway-openapi", type=Path, default=GATEWAY_DOCUMENT)
        command.add_argument("--ai-openapi", type=Path, help="a file; without it ai_service's routes are not compared")
        if name == "push":
            command.add_argument("--force", action="store_true", help="bring everything over, with the credentials")
    return parser


def _render(out: Path) -> int:
    print(f"{len(render(out))} workflows written to {out}")
    return 0


def _check(gateway_document: Path, ai_document: Path | None) -> int:
    book = load_book()
    documents: dict[Service, dict[str, object]] = {
        "api_gateway": json.loads(gateway_document.read_text(encoding="utf-8"))
    }
    if ai_document is not None:
        documents["ai_service"] = json.loads(ai_document.read_text(encoding="utf-8"))
    findings = [*check_all(book), *check_contracts(book, documents)]
    for finding in findings:
        print(finding)
    print(
        f"{len(book.workflows)} workflows, {len(RULES)} rules and {len(documents)} contracts: {len(findings)} findings"
    )
    return 1 if findings else 0


def _push(*, force: bool) -> int:
    ids = instance.push(os.environ, force=force)
    print(f"Imported and published: {', '.join(ids)}. Restart n8n now." if ids else "n8n holds all of it already.")
    return 0


def _normalise() -> int:
    for entry in load_manifest().workflows:
        file = ROOT / entry.file
        before = file.read_text(encoding="utf-8")
        after = dump(normalise(json.loads(before)))
        if before != after:
            file.write_text(after, encoding="utf-8")
            print(f"{entry.file}: brought into normal form")
    return 0


def _pull(*, dry_run: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        texts = instance.pull(Path(folder))
    found = instance.differences(texts)
    for difference in found:
        ours = (ROOT / difference.file).read_text(encoding="utf-8").splitlines()
        theirs = difference.theirs.splitlines()
        print("\n".join(difflib.unified_diff(ours, theirs, difference.file, f"n8n {difference.id}", lineterm="")))
    if dry_run:
        return 1 if found else 0
    for file in instance.write_pulled(found):
        print(f"{file}: taken from n8n")
    instance.remember(texts)
    print("n8n and the files are the same now." if found else "Nothing was changed in the editor.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Schemathesis over the whole OpenAPI document: whatever is sent, no 5xx, and every answer is of its schema."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from sandbox.stack import Stack
from tests.journeys.person import found
from tests.torture.conftest import Size

pytestmark = pytest.mark.stack

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
WHOLE = 200


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("side", ["panel", "workflows"])
def test_the_api_keeps_its_word(stack: Stack, closing: ExitStack, size: Size, side: str, tmp_path: Path) -> None:
    if side == "panel":
        owner = found(stack, closing)
        authorization = owner.api.client.headers["authorization"]
        headers = [
            "--header",
            f"Authorization: {authorization}",
            "--header",
            f"X-Organization-Id: {owner.organization_id}",
        ]
        prefix = "^/api/v1/"
    else:
        headers = ["--header", f"Authorization: Bearer {stack.secrets.workflow_token}"]
        prefix = "^/internal/v1/"
    ended = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{stack.urls['gateway']}/openapi.json",
            *headers,
            "--include-path-regex", prefix,
            "--checks", CHECKS,
            "--max-examples", str(size.of(WHOLE)),
            "--phases", "examples,coverage,fuzzing",
            "--seed", "7",
            "--workers", "2",
            "--suppress-health-check", "all",
            "--generation-database", "none",
            "--request-timeout", "30",
            "--max-response-time", "30",
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": ""},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    print(ended.stdout[-4000:])
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2000:]

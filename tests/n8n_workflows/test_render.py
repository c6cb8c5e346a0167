"""What n8n imports: values filled in, secrets only in the credentials file, and that one for its owner alone."""

import json
import stat
from pathlib import Path

import pytest

from n8n_workflows.__main__ import main
from n8n_workflows.manifest import load_manifest
from n8n_workflows.render import VARIABLES, RenderError, render

VALUES = {
    "API_GATEWAY_URL": "http://gateway.example:8000/",
    "AI_SERVICE_URL": "http://ai.example:8001",
    "WORKFLOW_TOKEN": "gateway-token-1",
    "AI_SERVICE_TOKEN": "ai-token-2",
    "N8N_WEBHOOK_TOKEN": "webhook-token-3",
}


class TestRender:
    def test_writes_every_workflow_under_its_id(self, tmp_path: Path) -> None:
        order = render(tmp_path, VALUES)
        assert sorted(file.stem for file in (tmp_path / "workflows").iterdir()) == sorted(order)

    def test_fills_the_addresses_in_without_a_trailing_slash(self, tmp_path: Path) -> None:
        render(tmp_path, VALUES)
        text = (tmp_path / "workflows" / "smEnrich02.json").read_text()
        assert '"http://gateway.example:8000"' in text
        assert '"http://ai.example:8001"' in text
        assert "${" not in text

    def test_puts_the_tokens_into_the_credentials_alone(self, tmp_path: Path) -> None:
        render(tmp_path, VALUES)
        credentials = json.loads((tmp_path / "credentials.json").read_text())
        assert {credential["data"]["value"] for credential in credentials} == {
            "Bearer gateway-token-1",
            "Bearer ai-token-2",
            "webhook-token-3",
        }
        for file in (tmp_path / "workflows").iterdir():
            assert "token-" not in file.read_text()

    def test_lets_only_the_owner_read_the_credentials(self, tmp_path: Path) -> None:
        render(tmp_path, VALUES)
        assert stat.S_IMODE((tmp_path / "credentials.json").stat().st_mode) == 0o600

    def test_writes_what_is_called_before_what_calls_it(self, tmp_path: Path) -> None:
        render(tmp_path, VALUES)
        order = (tmp_path / "publish_order.txt").read_text().split()
        for entry in load_manifest().workflows:
            assert all(order.index(called) < order.index(entry.id) for called in entry.calls)

    def test_removes_the_workflows_of_an_earlier_version(self, tmp_path: Path) -> None:
        render(tmp_path, VALUES)
        (tmp_path / "workflows" / "smGone01.json").write_text("{}")
        render(tmp_path, VALUES)
        assert not (tmp_path / "workflows" / "smGone01.json").exists()

    @pytest.mark.parametrize("name", sorted(VARIABLES))
    def test_names_a_missing_variable_and_what_it_holds(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(RenderError, match=name):
            render(tmp_path, {key: value for key, value in VALUES.items() if key != name})


def test_the_command_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert main(["render", "--out", str(tmp_path)]) == 1
    assert "API_GATEWAY_URL" in capsys.readouterr().err

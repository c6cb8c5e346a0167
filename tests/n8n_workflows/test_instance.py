"""The repository and a real n8n agree: everything is published, and what comes back is what was put in."""

from pathlib import Path

import httpx2
import pytest

from n8n_workflows import instance
from n8n_workflows.manifest import ROOT, Entry, load_manifest
from n8n_workflows.normalise import dump, normalise
from tests.n8n_workflows.conftest import Running

pytestmark = pytest.mark.stack

ENTRIES = load_manifest().workflows


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_published_workflow_is_the_one_in_the_repository(editor: httpx2.Client, entry: Entry) -> None:
    known = editor.get(f"/rest/workflows/{entry.id}").json()["data"]
    assert known["activeVersionId"] == known["versionId"]
    assert dump(normalise(known)) == (ROOT / entry.file).read_text(encoding="utf-8")


@pytest.fixture
def commands(running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """n8n's commands with the settings of the running one, and nothing remembered of an earlier pull."""
    for name, value in running.part.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("N8N_COMMAND", " ".join(running.part.argv[:-1]))
    monkeypatch.setattr(instance, "STATE", tmp_path / "pulled.json")


@pytest.fixture
def environment(running: Running) -> dict[str, str]:
    """What the workflows are rendered with."""
    return running.workflow_environment


@pytest.mark.usefixtures("commands")
class TestPullAndPush:
    def test_an_export_differs_in_nothing(self, tmp_path: Path) -> None:
        texts = instance.pull(tmp_path / "export")
        assert sorted(texts) == sorted(entry.id for entry in ENTRIES)
        assert instance.differences(texts) == []

    def test_a_push_is_refused_when_nothing_was_pulled_before(self) -> None:
        with pytest.raises(instance.InstanceError, match="changed in the editor since the last pull"):
            instance.push({})

    def test_a_change_in_the_editor_is_shown_and_replaced_by_a_push(
        self, editor: httpx2.Client, environment: dict[str, str], tmp_path: Path
    ) -> None:
        known = editor.get("/rest/workflows/smMeet02").json()["data"]
        known["nodes"][0]["parameters"]["content"] += "\n\nA note from the editor."
        change = {"nodes": known["nodes"], "versionId": known["versionId"]}
        editor.patch("/rest/workflows/smMeet02", json=change).raise_for_status()
        texts = instance.pull(tmp_path / "before")
        (difference,) = instance.differences(texts)
        assert difference.file == "record_meetings/batch.json"
        assert "A note from the editor." in difference.theirs
        with pytest.raises(instance.InstanceError, match="smMeet02"):
            instance.push(environment)
        instance.remember(texts)
        assert instance.push(environment) == ["smMeet02"]
        assert instance.differences(instance.pull(tmp_path / "after")) == []
        assert instance.push(environment) == []

    def test_a_missing_command_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("N8N_COMMAND", "no-such-n8n")
        with pytest.raises(instance.InstanceError, match="no-such-n8n"):
            instance.pull(tmp_path)

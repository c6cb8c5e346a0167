"""The server of the built panel."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sandbox.panel import create_app


@pytest.fixture
def panel(tmp_path: Path) -> TestClient:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>Sales Machine</title>")
    (built / "assets" / "app-abc123.js").write_text("start()")
    (tmp_path / "secret.txt").write_text("not for browsers")
    return TestClient(create_app(built, {"VITE_API_BASE_URL": "http://127.0.0.1:8000", "VITE_X": "</script>"}))


@pytest.mark.parametrize("path", ["/", "/campaigns", "/campaigns/4f1c/progress"])
def test_every_address_of_the_panel_is_its_start_page(panel: TestClient, path: str) -> None:
    answer = panel.get(path)
    assert "Sales Machine" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_built_files_may_be_kept_for_good(panel: TestClient) -> None:
    answer = panel.get("/assets/app-abc123.js")
    assert answer.text == "start()"
    assert "immutable" in answer.headers["cache-control"]


def test_a_file_that_is_not_there_is_not_the_start_page(panel: TestClient) -> None:
    assert panel.get("/assets/app-old.js").status_code == 404


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"])
def test_nothing_outside_the_folder_is_served(panel: TestClient, path: str) -> None:
    assert "not for browsers" not in panel.get(path).text


def test_the_settings_are_a_script_that_cannot_end_its_element(panel: TestClient) -> None:
    text = panel.get("/env.js").text
    assert text.startswith("window.__ENV__ = ")
    assert "http://127.0.0.1:8000" in text
    assert "</script>" not in text

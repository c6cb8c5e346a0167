"""`.env.example` and the settings classes say the same, both ways."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from ai_service.settings import AiServiceSettings
from api_gateway.settings import Settings as GatewaySettings
from kit.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^(?P<optional># ?)?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$")
GROUP = re.compile(r"^# --- (?P<title>.+?) -+$")


def documented() -> dict[str, dict[str, tuple[bool, str]]]:
    """Group title → variable → (is required, default shown)."""
    groups: dict[str, dict[str, tuple[bool, str]]] = {}
    for line in (ROOT / ".env.example").read_text().splitlines():
        if group := GROUP.match(line):
            groups[group["title"]] = current = {}
        elif variable := LINE.match(line):
            assert variable["name"] not in current, f"{variable['name']} stands twice"
            current[variable["name"]] = (variable["optional"] is None, variable["value"])
    return groups


def fields(settings: type[ServiceSettings]) -> dict[str, FieldInfo]:
    return {name.upper(): field for name, field in settings.model_fields.items()}


SHARED = set(fields(ServiceSettings))
# A vendor's address may be documented once and read by both services.
BORROWED = {"ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"}

CASES = [
    ("api_gateway and ai_service", fields(ServiceSettings), set[str]()),
    ("api_gateway", fields(GatewaySettings), SHARED | BORROWED),
    ("ai_service", fields(AiServiceSettings), SHARED),
]


@pytest.mark.parametrize(("group", "declared", "elsewhere"), CASES, ids=[case[0] for case in CASES])
class TestEnvExample:
    def test_names_what_the_settings_read_and_nothing_else(
        self, group: str, declared: dict[str, FieldInfo], elsewhere: set[str]
    ) -> None:
        assert set(documented()[group]) == set(declared) - elsewhere

    def test_marks_as_required_what_has_no_default(
        self, group: str, declared: dict[str, FieldInfo], elsewhere: set[str]
    ) -> None:
        required = {name for name, field in declared.items() if field.is_required()} - elsewhere
        assert {name for name, (is_required, _) in documented()[group].items() if is_required} == required

    def test_shows_the_default_that_holds(
        self, group: str, declared: dict[str, FieldInfo], elsewhere: set[str]
    ) -> None:
        for name, (is_required, shown) in documented()[group].items():
            default = declared[name].default
            if is_required or default is None:
                assert shown == "", f"{name} shows a value that is not its default"
            elif isinstance(default, (int, float)):
                assert float(shown) == float(default), name
            else:
                assert shown == str(default), name


def test_the_panel_reads_the_documented_variables() -> None:
    source = "".join(path.read_text() for path in (ROOT / "web" / "src").rglob("*.ts*") if "api" not in path.parts)
    assert set(re.findall(r"VITE_[A-Z_]+", source)) == set(documented()["web (read when the panel is built or served)"])


def test_no_variable_has_a_value_that_is_a_secret() -> None:
    for group in documented().values():
        for name, (_, shown) in group.items():
            if re.search(r"KEY|TOKEN|SECRET|DSN", name) and "CAP" not in name:
                assert shown == "", name

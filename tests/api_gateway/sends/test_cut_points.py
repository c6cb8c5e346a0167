"""The places at which a test cuts the power: nothing that is deployed can act on them."""

import ast
from pathlib import Path

import pytest

from api_gateway.app import create_app
from api_gateway.sends import cut_points
from api_gateway.settings import Settings
from tests.api_gateway.people import TEST_SETTINGS

ROOT = Path(__file__).resolve().parents[3]
DEPLOYED = ("api_gateway", "ai_service", "kit", "n8n_workflows")


def test_production_refuses_them() -> None:
    with pytest.raises(RuntimeError, match="for tests"):
        cut_points.install(lambda _: None, environment="production")
    assert cut_points._installed == []


def test_a_production_gateway_passes_them_by() -> None:
    laptops_own = {"supabase_jwt_secret", "private_hosts_allowed"}
    told = {name: value for name, value in TEST_SETTINGS.items() if name not in laptops_own}
    settings = Settings.model_validate({**told, "environment": "production", "database_url": "postgresql://x"})
    create_app(settings)
    assert cut_points._installed == []
    cut_points.reached("after_claim")


def test_nothing_that_is_deployed_installs_one() -> None:
    """By name or by way of the module, whatever it is imported as."""
    callers = [
        str(path.relative_to(ROOT))
        for package in DEPLOYED
        for path in (ROOT / package).rglob("*.py")
        if path.name != "cut_points.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"install", "_installed"} and _names_it(node.value))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").endswith("cut_points"))
    ]
    assert callers == []


def _names_it(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and "cut_points" in ast.unparse(node)

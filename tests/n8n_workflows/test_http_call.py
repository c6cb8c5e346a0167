"""An HTTP node is read as a call, or refused with the form in which it could be read."""

from typing import Any

import pytest

from n8n_workflows.http_call import UnreadableCallError, read_body, read_call
from n8n_workflows.workflow import Node

GATEWAY = "={{ $('Settings').first().json.gateway_url }}"


def node(**parameters: Any) -> Node:
    return Node({"name": "Claim", "type": "n8n-nodes-base.httpRequest", "parameters": parameters})


class TestReadCall:
    def test_reads_service_method_path_and_keys(self) -> None:
        call = read_call(node(method="POST", url=f"{GATEWAY}/internal/v1/x", sendBody=True, jsonBody="={{ {a: 1} }}"))
        assert call.route == "api_gateway POST /internal/v1/x"
        assert call.body == {"a": "1"}

    def test_a_call_without_body_has_no_keys(self) -> None:
        assert read_call(node(url=f"{GATEWAY}/health/live")).body == {}

    @pytest.mark.parametrize(
        "url", ["https://vendor.example/v1", "={{ $json.url }}", "={{ $('Settings').first().json.other_url }}/v1", ""]
    )
    def test_refuses_any_other_address(self, url: str) -> None:
        with pytest.raises(UnreadableCallError, match="Settings"):
            read_call(node(method="POST", url=url))


class TestReadBody:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("={{ {} }}", {}),
            ("={{ { limit: 20, 'campaign_id': $json.id } }}", {"limit": "20", "campaign_id": "$json.id"}),
            ("={{ { a: { b: 1, c: [2, 3] }, d: f(1, 2) } }}", {"a": "{ b: 1, c: [2, 3] }", "d": "f(1, 2)"}),
            ("={{ { a: 'x, y: z', b: \"it's\" } }}", {"a": "'x, y: z'", "b": '"it\'s"'}),
            ("={{ {\n  a: $('Split it').item.json.a,\n} }}", {"a": "$('Split it').item.json.a"}),
        ],
    )
    def test_reads_the_keys_of_an_object_written_out(self, expression: str, expected: dict[str, str]) -> None:
        assert read_body(expression) == expected

    @pytest.mark.parametrize("expression", ["={{ $json }}", '{"a": 1}', "={{ { ...$json } }}", "={{ [1] }}", ""])
    def test_refuses_what_it_could_not_compare(self, expression: str) -> None:
        with pytest.raises(UnreadableCallError, match="written out"):
            read_body(expression)

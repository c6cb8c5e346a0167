"""Anthropic's Messages API: structured output by `output_config.format` or by a forced tool."""

import json
import re
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.ledger import digest
from sandbox.standins.models.provider import CHARACTERS_PER_TOKEN, Provider, text_of, tokens
from sandbox.standins.models.schema import JsonSchema, strict_problem
from sandbox.standins.standin import Handler, Record, json_object

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
# Keywords of JSON schema that the real API refuses in structured output.
_UNSUPPORTED = re.compile(r'"(minimum|maximum|minLength|maxLength|multipleOf|maxItems)": ')


class Anthropic(Provider):
    """The stand-in as a whole."""

    vendor = "anthropic"

    def routes(self) -> list[Route]:
        """Messages and models."""
        return [
            Route("/v1/messages", self.keyed(self.create_message), methods=["POST"]),
            Route("/v1/messages/count_tokens", self.keyed(self.count_tokens), methods=["POST"]),
            Route("/v1/models", self.keyed(self.list_models)),
            Route("/v1/models/{id}", self.keyed(self.get_model)),
        ]

    def error(self, status: int, message: str) -> Response:
        """Anthropic's error body, with the request id in body and header."""
        request_id = _request_id()
        kind = ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
        return JSONResponse(body, status_code=status, headers={"request-id": request_id})

    def refusal(self, request: Request) -> Response | None:
        """Key, version header, and the limit when one is set."""
        key = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.accepts(key):
            return self.error(401, "invalid x-api-key")
        if "anthropic-version" not in request.headers:
            return self.error(400, "anthropic-version: header is required")
        if self.over_limit(digest(key)):
            response = self.error(
                429, "This request would exceed your organization's rate limit of requests per minute."
            )
            response.headers["retry-after"] = "2"
            return response
        return None

    def lies(self) -> dict[str, Handler]:
        """`nonsense` (the default), `hostile`, `truncated`, `empty` or `refusal`."""
        return {"POST /v1/messages": self.keyed(self.create_message)}

    async def create_message(self, request: Request) -> Response:
        """Answer a conversation."""
        body = await json_object(request)
        problem = _problem(body)
        if problem is not None:
            return self.error(400, problem)
        system = text_of(body.get("system"))
        prompt = "\n".join(text_of(message.get("content")) for message in body["messages"])
        tool = _forced_tool(body)
        schema = tool["input_schema"] if tool else ((body.get("output_config") or {}).get("format") or {}).get("schema")
        if request.scope.get("lie") == "refusal":
            return self._message(body, system, prompt, [], "refusal")
        text = await self.think(request, prompt, schema)
        if tokens(text) > int(body["max_tokens"]):
            text = text[: int(body["max_tokens"]) * CHARACTERS_PER_TOKEN]
            return self._message(body, system, prompt, [{"type": "text", "text": text}], "max_tokens")
        if tool:
            try:
                given = json.loads(text)
            except ValueError:
                given = {"answer": text}
            block = {"type": "tool_use", "id": f"toolu_{uuid.uuid4().hex[:24]}", "name": tool["name"], "input": given}
            return self._message(body, system, prompt, [block], "tool_use")
        return self._message(body, system, prompt, [{"type": "text", "text": text}], "end_turn")

    async def count_tokens(self, request: Request) -> Response:
        """How many tokens a conversation has."""
        body = await json_object(request)
        prompt = "\n".join(text_of(message.get("content")) for message in body.get("messages") or [])
        return JSONResponse({"input_tokens": tokens(text_of(body.get("system")) + prompt)})

    async def list_models(self, _: Request) -> Response:
        """The models there are; any other name is answered as well."""
        models = [_model("claude-sonnet-4-5"), _model("claude-haiku-4-5")]
        page = {"data": models, "has_more": False, "first_id": models[0]["id"], "last_id": models[-1]["id"]}
        return JSONResponse(page)

    async def get_model(self, request: Request) -> Response:
        """One model."""
        return JSONResponse(_model(request.path_params["id"]))

    def _message(self, body: Record, system: str, prompt: str, content: list[Record], stop_reason: str) -> Response:
        cached = isinstance(body.get("system"), list) and any("cache_control" in block for block in body["system"])
        known = digest(system) in self.tables["cached_prompts"]
        if cached and not known:
            self.effect("prompt_cached", digest(system), "cached_prompts", {"id": digest(system)})
        weight = tokens(system) if system else 0
        usage = {
            "input_tokens": tokens(prompt) + (0 if cached else weight),
            "cache_creation_input_tokens": weight if cached and not known else 0,
            "cache_read_input_tokens": weight if cached and known else 0,
            "output_tokens": tokens(json.dumps(content)) if content else 1,
            "service_tier": "standard",
        }
        message = {
            "id": f"msg_{uuid.uuid4().hex[:24]}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": usage,
        }
        return JSONResponse(message, headers={"request-id": _request_id()})


def _request_id() -> str:
    return f"req_{uuid.uuid4().hex[:24]}"


def _model(name: str) -> dict[str, Any]:
    return {"type": "model", "id": name, "display_name": name, "created_at": "2025-09-29T00:00:00Z"}


def _forced_tool(body: Record) -> Record | None:
    choice = body.get("tool_choice") or {}
    tools = body.get("tools") or []
    if choice.get("type") == "tool":
        return next((tool for tool in tools if tool.get("name") == choice.get("name")), None)
    return tools[0] if choice.get("type") == "any" and tools else None


def _problem(body: Record) -> str | None:
    """What the API would refuse in a request, or None."""
    missing = [name for name in ("model", "max_tokens", "messages") if not body.get(name)]
    if missing:
        return f"{missing[0]}: Field required"
    if not isinstance(body["messages"], list) or body["messages"][0].get("role") != "user":
        return "messages: first message must use the user role"
    if body.get("stream"):
        return "stream: streaming is not spoken by this stand-in"
    output = (body.get("output_config") or {}).get("format") or body.get("output_format")
    if output is not None:
        return _format_problem(output)
    return None


def _format_problem(output: Record) -> str | None:
    schema: JsonSchema | None = output.get("schema")
    if output.get("type") != "json_schema" or not isinstance(schema, dict):
        return "output_config.format: must be a json_schema with a schema"
    if problem := strict_problem(schema, all_required=False):
        return f"output_config.format.schema: {problem}"
    if unsupported := _UNSUPPORTED.search(json.dumps(schema)):
        return f"output_config.format.schema: property '{unsupported[1]}' is not supported"
    return None

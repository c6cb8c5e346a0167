"""OpenAI's Responses and Chat Completions APIs with structured output."""

import time
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.ledger import digest
from sandbox.standins.models.provider import CHARACTERS_PER_TOKEN, Provider, text_of, tokens
from sandbox.standins.models.schema import JsonSchema, strict_problem
from sandbox.standins.standin import Handler, Record, json_object

ERRORS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "model_not_found"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
    503: ("server_error", "server_overloaded"),
}
REFUSAL = "I'm sorry, but I can't help with that."


class OpenAI(Provider):
    """The stand-in as a whole; paths begin with /v1, as the SDK's base address does."""

    vendor = "openai"

    def routes(self) -> list[Route]:
        """Responses, chat completions, models."""
        return [
            Route("/v1/responses", self.keyed(self.create_response), methods=["POST"]),
            Route("/v1/chat/completions", self.keyed(self.create_completion), methods=["POST"]),
            Route("/v1/models", self.keyed(self.list_models)),
            Route("/v1/models/{id}", self.keyed(self.get_model)),
        ]

    def error(self, status: int, message: str) -> Response:
        """OpenAI's error body."""
        kind, code = ERRORS.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
        body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
        return JSONResponse(body, status_code=status, headers={"x-request-id": _request_id()})

    def refusal(self, request: Request) -> Response | None:
        """Key, and the limit when one is set."""
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not self.accepts(key):
            return self.error(401, "Incorrect API key provided.")
        if self.over_limit(digest(key)):
            response = self.error(429, "Rate limit reached for requests per min.")
            response.headers.update({"retry-after": "2", "retry-after-ms": "2000"})
            return response
        return None

    def lies(self) -> dict[str, Handler]:
        """`nonsense` (the default), `hostile`, `truncated`, `empty` or `refusal`."""
        return {
            "POST /v1/responses": self.keyed(self.create_response),
            "POST /v1/chat/completions": self.keyed(self.create_completion),
        }

    async def create_response(self, request: Request) -> Response:
        """The Responses API."""
        body = await json_object(request)
        if not body.get("model") or not body.get("input"):
            return self.error(400, "Missing required parameter: 'model' or 'input'.")
        wanted = (body.get("text") or {}).get("format") or {"type": "text"}
        if problem := _format_problem(wanted, "text.format"):
            return self.error(400, problem)
        given = body["input"]
        prompt = given if isinstance(given, str) else "\n".join(text_of(one.get("content")) for one in given)
        refused = request.scope.get("lie") == "refusal"
        text = REFUSAL if refused else await self.think(request, prompt, wanted.get("schema"))
        most = int(body.get("max_output_tokens") or 10**9)
        cut = tokens(text) > most
        text = text[: most * CHARACTERS_PER_TOKEN] if cut else text
        part = (
            {"type": "refusal", "refusal": text}
            if refused
            else {"type": "output_text", "text": text, "annotations": []}
        )
        status = "incomplete" if cut else "completed"
        message = {
            "type": "message",
            "id": f"msg_{uuid.uuid4().hex}",
            "role": "assistant",
            "status": status,
            "content": [part],
        }
        sent, received = tokens(text_of(body.get("instructions")) + prompt), tokens(text)
        answer: dict[str, Any] = {
            "id": f"resp_{uuid.uuid4().hex}",
            "object": "response",
            "created_at": int(time.time()),
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "instructions": body.get("instructions"),
            "max_output_tokens": body.get("max_output_tokens"),
            "model": body["model"],
            "output": [message],
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "store": body.get("store", True),
            "temperature": 1.0,
            "text": {"format": wanted},
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "truncation": "disabled",
            "metadata": {},
            "usage": {
                "input_tokens": sent,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": received,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": sent + received,
            },
        }
        return JSONResponse(answer, headers={"x-request-id": _request_id()})

    async def create_completion(self, request: Request) -> Response:
        """The Chat Completions API."""
        body = await json_object(request)
        if not body.get("model") or not body.get("messages"):
            return self.error(400, "you must provide a model and messages parameter")
        wanted = body.get("response_format") or {"type": "text"}
        inner = wanted.get("json_schema") or {}
        if wanted["type"] == "json_schema" and (
            problem := _format_problem(inner | {"type": "json_schema"}, "response_format")
        ):
            return self.error(400, problem)
        prompt = "\n".join(text_of(one.get("content")) for one in body["messages"] if one.get("role") == "user")
        refused = request.scope.get("lie") == "refusal"
        text = None if refused else await self.think(request, prompt, inner.get("schema"))
        most = int(body.get("max_completion_tokens") or body.get("max_tokens") or 10**9)
        cut = text is not None and tokens(text) > most
        text = text[: most * CHARACTERS_PER_TOKEN] if text is not None and cut else text
        sent = tokens("\n".join(text_of(one.get("content")) for one in body["messages"]))
        received = tokens(text or REFUSAL)
        choice: Record = {
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": REFUSAL if refused else None},
            "finish_reason": "length" if cut else "stop",
            "logprobs": None,
        }
        answer: Record = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [choice],
            "usage": {"prompt_tokens": sent, "completion_tokens": received, "total_tokens": sent + received},
        }
        return JSONResponse(answer, headers={"x-request-id": _request_id()})

    async def list_models(self, _: Request) -> Response:
        """The models there are; any other name is answered as well."""
        return JSONResponse({"object": "list", "data": [_model("gpt-5-mini"), _model("gpt-5")]})

    async def get_model(self, request: Request) -> Response:
        """One model."""
        return JSONResponse(_model(request.path_params["id"]))


def _request_id() -> str:
    return f"req_{uuid.uuid4().hex}"


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_760_000_000, "owned_by": "openai"}


def _format_problem(wanted: Record, where: str) -> str | None:
    """What the API would refuse in an output format, or None."""
    if wanted.get("type") != "json_schema":
        return None
    schema: JsonSchema | None = wanted.get("schema")
    if not wanted.get("name") or not isinstance(schema, dict):
        return f"Missing required parameter: '{where}.name' or '{where}.schema'."
    if wanted.get("strict") and (problem := strict_problem(schema, all_required=True)):
        return f"Invalid schema for response_format '{wanted['name']}': In context={problem}"
    return None

"""Every failure is one envelope."""

import json

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.cors import CORSMiddleware

from kit import errors, logging
from kit.auth import service_auth

pytestmark = pytest.mark.anyio


def make_app() -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(CORSMiddleware, allow_origins=["http://panel.test"], expose_headers=["X-Request-Id"])
    app.add_middleware(logging.RequestContext)
    require_service = service_auth(lambda _: "first-token,second-token", scheme_name="Service")

    @app.get("/number/{number}", responses=errors.responses(errors.NotFound, errors.Conflict, errors.LeaseLost))
    async def number(number: int) -> dict[str, int]:
        if number == 404:
            raise errors.NotFound("There is no such number.")
        if number == 409:
            raise errors.LeaseLost(errors=[errors.FieldError(field="number", message="is gone")])
        if number == 500:
            raise RuntimeError("the password is hunter2")
        return {"number": number}

    @app.get("/private", dependencies=[Depends(require_service)])
    async def private(request: Request, response: Response) -> dict[str, str]:
        return {"id": logging.current_request_id()}

    return app


@pytest.fixture
def client() -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=make_app())
    origin = {"Origin": "http://panel.test"}
    return httpx2.AsyncClient(transport=transport, base_url="http://gateway.test", headers=origin)


class TestProblems:
    async def test_a_fact_is_told_with_its_code_and_request_id(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/number/404", headers={"X-Request-Id": "abcdef-123456"})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == "abcdef-123456"
        assert answer.json() == {
            "type": "urn:problem:not_found",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no such number.",
            "code": "not_found",
            "request_id": "abcdef-123456",
            "errors": [],
        }

    async def test_fields_at_fault_are_named(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/number/409")
        assert answer.json()["code"] == "lease_lost"
        assert answer.json()["errors"] == [{"field": "number", "message": "is gone"}]

    async def test_a_wrong_shape_is_422_and_names_the_field(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/number/many")
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_shape"
        assert answer.json()["errors"][0]["field"] == "number"

    async def test_an_unknown_route_is_a_problem_too(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/nowhere")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    async def test_a_crash_leaks_nothing_and_keeps_cors_and_request_id(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/number/500")
        assert answer.status_code == 500
        assert "hunter2" not in answer.text
        assert answer.headers["access-control-allow-origin"] == "http://panel.test"
        assert answer.headers["x-request-id"] == answer.json()["request_id"]

    async def test_a_hostile_request_id_is_replaced(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/number/1", headers={"X-Request-Id": "bad id\twith spaces"})
        assert answer.headers["x-request-id"] != "bad id\twith spaces"
        assert len(answer.headers["x-request-id"]) == 32


class TestServiceToken:
    async def test_anonymous_is_401(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/private")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_a_wrong_token_is_401(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/private", headers={"Authorization": "Bearer third-token"})).status_code == 401

    @pytest.mark.parametrize("token", ["first-token", "second-token"])
    async def test_both_tokens_of_a_rotation_pass(self, client: httpx2.AsyncClient, token: str) -> None:
        assert (await client.get("/private", headers={"Authorization": f"Bearer {token}"})).status_code == 200


def test_openapi_tells_that_failures_are_problems() -> None:
    document = errors.describe_problems(make_app().openapi())
    shared = document["components"]["responses"]
    answers = {
        status: shared[answer["$ref"].rpartition("/")[2]]
        for status, answer in document["paths"]["/number/{number}"]["get"]["responses"].items()
        if status != "200"
    }
    assert set(answers["404"]["content"]) == {"application/problem+json"}
    assert answers["422"]["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "`lease_lost`" in answers["409"]["description"]
    assert "HTTPValidationError" not in json.dumps(document)

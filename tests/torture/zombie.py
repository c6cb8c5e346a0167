"""A worker as n8n is one: claims one piece of work, is stopped over it, and reports when it is continued.

`python zombie.py ADDRESS TOKEN ROOM KEY CLAIM REPORT`; KEY names the id of work, CLAIM and REPORT are bodies.
Prints the id when it has claimed and the status of its report. The standard library only: fifty of these are started.
"""

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from typing import Any


def main() -> None:
    """Claim, stop, report."""
    address, token, room, key, claim, report = sys.argv[1:]

    def post(word: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(
            f"{address}/internal/v1/{room}/{word}",
            data=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)

    status, batch = post("claim", json.loads(claim))
    if status != 200 or not batch["items"]:
        sys.exit(f"claimed nothing: {status} {batch}")
    [item] = batch["items"]
    sys.stdout.write(f"{item[key]}\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)
    work = {key: item[key], "lease_token": item["lease_token"]}
    status, told = post("report", {**json.loads(report), **work})
    sys.stdout.write(f"{status} {told.get('code')}\n")


if __name__ == "__main__":
    main()

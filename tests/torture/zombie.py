"""A worker as n8n is one: claims one piece of work, is stopped over it, and reports when it is continued.

`python zombie.py ADDRESS TOKEN ROOM KEYS CLAIM REPORT`; KEYS, with commas, name a piece of work; CLAIM and REPORT are
bodies. Prints the work when it has claimed, and the status of its report. The standard library only: many are started.
"""

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from typing import Any

MOST_CLAIMS = 100


def main() -> None:
    """Claim, stop, report."""
    address, token, room, keys, claim, report = sys.argv[1:]

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

    for _ in range(MOST_CLAIMS):
        status, batch = post("claim", json.loads(claim))
        found = next((items for items in batch.values() if isinstance(items, list)), [])
        # Who asks at the same moment as another may go away empty, although there is more.
        if status != 200 or found:
            break
    if len(found) != 1:
        sys.exit(f"did not claim one piece of work: {status} {batch}")
    [item] = found
    work = {key: item[key] for key in [*keys.split(","), "lease_token"]}
    sys.stdout.write(f"{work}\n")
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGSTOP)
    status, told = post("report", {**json.loads(report), **work})
    sys.stdout.write(f"{status} {told.get('code')}\n")


if __name__ == "__main__":
    main()

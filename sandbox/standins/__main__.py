"""Start one stand-in or all: `python -m sandbox.standins all --base-port 9100 --state-dir DIR --seed 1`."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from sandbox.standins.serving import Group
from sandbox.standins.standin import Options, Standin
from sandbox.standins.vendors import VENDORS

SMTP_OFFSET = list(VENDORS).index("smtp")
CONTROL_OF_SMTP = 2


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve until stopped; 0 after a stop, 1 when a port is taken."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.standins", description=__doc__)
    parser.add_argument("vendor", choices=["all", *VENDORS])
    parser.add_argument("--port", type=int, help="port of a single stand-in")
    parser.add_argument("--base-port", type=int, default=9100, help="first port of `all`; the others follow in order")
    parser.add_argument("--state-dir", type=Path, help="folder of the ledgers of `all`")
    parser.add_argument("--ledger", type=Path, help="ledger file of a single stand-in")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day-seconds", type=float, default=86400.0, help="how long a day of the story lasts")
    parser.add_argument("--model-latency", type=float, default=1.5, help="seconds that a model thinks")
    parser.add_argument("--peer", action="append", default=[], metavar="VENDOR=URL", help="address of another stand-in")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    options = Options(
        seed=given.seed,
        day_seconds=given.day_seconds,
        model_latency_s=given.model_latency,
        peers=dict(peer.split("=", 1) for peer in given.peer),
        smtp_port=given.port if given.vendor == "smtp" and given.port else given.base_port + SMTP_OFFSET,
    )
    names = list(VENDORS) if given.vendor == "all" else [given.vendor]
    folder = given.state_dir or Path(".run/standins")
    ledgers = {name: given.ledger if given.ledger and len(names) == 1 else folder / f"{name}.jsonl" for name in names}
    standins: list[Standin] = [VENDORS[name](ledgers[name], options) for name in names]
    single = given.port if given.vendor != "all" else None
    group = Group(standins, [_http_port(name, given.base_port, single) for name in names])
    try:
        addresses = group.bind()
    except OSError as error:
        sys.stderr.write(f"a stand-in can't listen: {error}; choose another --base-port or --port\n")
        return 1
    for name, address in addresses.items():
        logging.getLogger("sandbox.standins").info("%s at %s", name, address)
    asyncio.run(group.serve())
    return 0


def _http_port(name: str, base_port: int, single: int | None) -> int:
    # The port of `smtp` speaks SMTP; its control speaks HTTP two ports higher.
    offset = list(VENDORS).index(name) if single is None else 0
    return (base_port if single is None else single) + offset + (CONTROL_OF_SMTP if name == "smtp" else 0)


if __name__ == "__main__":
    sys.exit(main())

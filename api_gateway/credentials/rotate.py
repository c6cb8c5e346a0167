"""Key rotation: seals again, with the newest key, what older keys of CREDENTIALS_KEYS seal, while the gateway serves.

    python -m api_gateway.credentials.rotate            seal again until nothing older is left
    python -m api_gateway.credentials.rotate --dry-run  open everything that would be sealed again, write nothing
    python -m api_gateway.credentials.rotate --check    count the values of each key version

Exit code 0: the newest key seals everything. 1: something older is left, or could not be opened; the lines say what.
It keeps no state: stopped at any point, it goes on where it was. Every sealed column of the database is taken, found by
its name in the catalogue. See docs/keys.md.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from api_gateway.credentials import rotation_repository as repository
from api_gateway.credentials.rotation_repository import SealedCount, SealedValue
from api_gateway.database import Database
from api_gateway.settings import Settings
from kit import logging
from kit.sealing import Keyring, SealBroken, associated_data
from kit.settings import SettingsError, load

ACTOR, REASON = "operator", "key rotation"
BATCH = 100
# A value that somebody changes at this moment is left for the next round.
MOST_ROUNDS = 20
ROUND_PAUSE_S = 0.25
Say = Callable[[str], object]


@dataclass
class Outcome:
    """What one run did. `broken`: places whose value no key of ours opens."""

    resealed: int = 0
    left: int = 0
    broken: set[str] = field(default_factory=set)

    @property
    def is_done(self) -> bool:
        return not self.left and not self.broken


class Rotation:
    """Seals again in batches; a row is locked for one update, and never waited for."""

    def __init__(self, database: Database, keyring: Keyring, *, batch: int = BATCH, dry_run: bool = False) -> None:
        self._database = database
        self._keyring = keyring
        self._batch = batch
        self._dry_run = dry_run
        self.outcome = Outcome()

    async def run(self) -> Outcome:
        """Go over all columns until nothing older is left but what cannot be opened."""
        for number in range(1 if self._dry_run else MOST_ROUNDS):
            if number:
                await asyncio.sleep(ROUND_PAUSE_S)
            self.outcome.left = 0
            older = {(one.table_name, one.column_name) for one in await self.counts() if self._is_older(one)}
            for table, column in sorted(older):
                await self._column(table, column)
            self.outcome.left = sum(one.sealed for one in await self.counts() if self._is_older(one))
            if self.outcome.left <= len(self.outcome.broken):
                break
        return self.outcome

    async def counts(self) -> list[SealedCount]:
        """Values by column and key version."""
        async with self._database.workflow(actor=ACTOR, reason=REASON) as session:
            return await repository.counts(session)

    def _is_older(self, one: SealedCount) -> bool:
        return one.key_version != self._keyring.current_version

    async def _column(self, table: str, column: str) -> None:
        newest, after = self._keyring.current_version, None
        while True:
            async with self._database.workflow(actor=ACTOR, reason=REASON) as session:
                found = await repository.sealed_with_other_keys(
                    session, table, column, newest=newest, after=after, most=self._batch
                )
            if not found:
                return
            after = found[-1].id
            changes = [change for one in found if (change := self._change(table, column, one))]
            if not changes:
                continue
            if not self._dry_run:
                async with self._database.workflow(actor=ACTOR, reason=REASON) as session:
                    self.outcome.resealed += await repository.reseal(session, table, column, changes, newest)
            else:
                self.outcome.resealed += len(changes)

    def _change(self, table: str, column: str, one: SealedValue) -> tuple[UUID, str, str] | None:
        place = associated_data(one.organization_id, table, column, one.id)
        try:
            opened = self._keyring.open(one.sealed, associated=place)
        except SealBroken:
            self.outcome.broken.add(f"{table}.{column} of row {one.id}, organization {one.organization_id}")
            return None
        return one.id, one.sealed, self._keyring.seal(opened, associated=place)


def tell_counts(counts: list[SealedCount], newest: int, say: Say) -> bool:
    """Say what each key version seals; whether the newest seals everything."""
    for one in counts:
        version = f"key {one.key_version}" if one.key_version else "no key of ours"
        note = "" if one.key_version == newest else "  older: its key must stay"
        say(f"{one.table_name}.{one.column_name}: {one.sealed} sealed with {version}{note}")
    older = sum(one.sealed for one in counts if one.key_version != newest)
    say(f"{older} values are not sealed with key {newest}." if older else f"Key {newest} seals everything.")
    return not older


def tell_outcome(outcome: Outcome, newest: int, *, dry_run: bool, say: Say) -> None:
    """Say what was done and what is left to do."""
    for place in sorted(outcome.broken):
        say(f"cannot be opened, must be entered again: {place}")
    if dry_run:
        say(f"{outcome.resealed} values would be sealed again with key {newest}; nothing was written.")
    else:
        say(f"{outcome.resealed} values were sealed again with key {newest}; {outcome.left} are left.")


async def run(settings: Settings, *, check: bool, dry_run: bool, say: Say) -> bool:
    """Do what was asked; whether the newest key seals, or in a dry run could seal, everything."""
    keyring = Keyring.parse(settings.credentials_keys.get_secret_value())
    database = Database(settings.database_url.get_secret_value(), max_size=2)
    await database.open()
    try:
        rotation = Rotation(database, keyring, dry_run=dry_run)
        if check:
            return tell_counts(await rotation.counts(), keyring.current_version, say)
        outcome = await rotation.run()
        tell_outcome(outcome, keyring.current_version, dry_run=dry_run, say=say)
        return not outcome.broken if dry_run else outcome.is_done
    finally:
        await database.close()


def main(arguments: list[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(
        prog="python -m api_gateway.credentials.rotate", description=__doc__.split("\n")[0]
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--check", action="store_true", help="count the values of each key version")
    wanted.add_argument(
        "--dry-run", action="store_true", help="open everything that would be sealed again, write nothing"
    )
    given = parser.parse_args(arguments)
    try:
        settings = load(Settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.configure(settings.log_level, "api_gateway_rotation")

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    return 0 if asyncio.run(run(settings, check=given.check, dry_run=given.dry_run, say=say)) else 1


if __name__ == "__main__":
    sys.exit(main())

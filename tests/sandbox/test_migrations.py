"""Migrations on a laptop's database: applied once by the official CLI, as an owner who is no superuser."""

import shutil
from pathlib import Path

import psycopg
import pytest

from sandbox import migrations
from sandbox.database import Database
from sandbox.errors import PartFailed, SandboxError
from sandbox.migrations import failing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's migrations that may be changed."""
    copy = tmp_path_factory.mktemp("supabase") / "migrations"
    shutil.copytree(migrations.MIGRATIONS, copy)
    return copy


def test_the_life_of_a_database(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "MIGRATIONS", folder)
    database = Database(tmp_path / "home")
    with database:
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone() == (
                False,
            )
        assert database.migrate() == []
        assert failing(database.cli.advisors("warn")) == []

        later = folder / "29991231000000_later.sql"
        later.write_text(
            "create table public.later (id uuid primary key); grant select on public.later to authenticated;"
        )
        assert database.migrate() == ["29991231000000"]
        assert {finding.name for finding in failing(database.cli.advisors("warn"))} >= {"rls_disabled_in_public"}

        wrong = folder / "29991231000001_wrong.sql"
        wrong.write_text("alter system set work_mem = '1GB';\n")
        with pytest.raises(PartFailed, match="permission denied"):
            database.migrate()
        wrong.unlink()

        later.write_text("create table public.later (id uuid primary key, name text);\n")
        with pytest.raises(SandboxError, match=r"29991231000000 was changed .* begin again"):
            database.migrate()
    database.destroy()
    assert not (tmp_path / "home" / "postgres").exists()


def test_data_that_was_deleted_is_made_again_whole(tmp_path: Path) -> None:
    database = Database(tmp_path / "home")
    for _ in range(2):
        with database:
            with psycopg.connect(database.superuser_url) as connection:
                found = connection.execute(
                    "select to_regclass('public.campaigns') is not null, "
                    "to_regclass('jobs.procrastinate_jobs') is not null"
                ).fetchone()
            assert found == (True, True)
        database.postgres.destroy()

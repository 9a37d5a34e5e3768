"""`hoidap link`: the operator's way into the review console."""

import asyncio
import re
from pathlib import Path

import pytest
from cli_use import Cli

from bot.clock import now
from bot.domain import Reviewer, Role
from bot.signing_in import SignIn
from bot.store import Database


def invited(var: Path, url: str) -> Reviewer | None:
    async def look() -> Reviewer | None:
        database = Database(f"sqlite+aiosqlite:///{var / 'hoidap.db'}")
        try:
            return await SignIn(database, {}, "", now).invited(url.rpartition("/")[2])
        finally:
            await database.close()

    return asyncio.run(look())


@pytest.mark.parametrize("role", Role)
def test_it_prints_a_link_and_nothing_else_on_its_output(cli: Cli, tmp_path: Path, role: Role):
    done = cli("link", "--role", role.value, "--name", "Nguyễn  Thị Lan")
    assert done.exit_code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/console/enter/[\w-]{43}\n", done.stdout)
    assert "Nguyễn Thị Lan" in done.stderr
    reviewer = invited(tmp_path / "var", done.stdout.strip())
    assert reviewer
    assert (reviewer.name, reviewer.role) == ("Nguyễn Thị Lan", role)
    assert reviewer.person == "console:Nguyễn Thị Lan"  # what colleagues see of it is the name, too


def test_the_address_is_the_one_that_people_open(cli: Cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOIDAP_SITE", "https://hoidap.example/")
    assert cli("link", "--name", "Lan").stdout.startswith("https://hoidap.example/console/enter/")


@pytest.mark.parametrize("name", [(), ("--name", " "), ("--name", "…")])
def test_whoever_signs_has_a_name(cli: Cli, name: tuple[str, ...]):
    done = cli("link", *name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--name" in done.stderr


def test_another_role_is_refused(cli: Cli):
    assert cli("link", "--role", "boss").exit_code == 2

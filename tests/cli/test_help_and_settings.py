"""Help that shows how, and settings that are refused in words."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_use import Cli, Command, Run, commands
from forked import free_port

GROUPS = [(), ("kb",), ("unanswered",)]


def test_the_commands_are_those_of_the_issue():
    names = {" ".join(command.words) for command in commands()}
    assert names >= {"serve", "ask", "match", "kb check", "kb test", "kb schema"}
    assert names >= {"kb new", "kb stats", "kb export", "kb import", "kb diff"}
    assert names >= {"unanswered list", "unanswered show", "unanswered resolve"}


@pytest.mark.parametrize("command", commands(), ids=lambda command: " ".join(command.words))
def test_the_help_of_a_command_has_an_example_of_it(cli: Cli, command: Command):
    result = cli(*command.words, "--help")
    assert result.exit_code == 0
    assert f"hoidap {' '.join(command.words)}" in result.stdout.split("Usage:")[1].split("\n", 1)[1]


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_a_group_alone_shows_its_commands(cli: Cli, group: tuple[str, ...]):
    alone, asked = cli(*group), cli(*group, "--help")
    assert alone.stdout.split() == asked.stdout.split()
    for command in commands():
        if command.words[:-1] == group:
            assert command.words[-1] in asked.stdout


def test_an_unknown_command_ends_with_2(cli: Cli):
    assert cli("khong-co").exit_code == 2


def test_wrong_settings_are_all_told_without_a_traceback(hoidap: Run):
    done = hoidap("kb", "check", HOIDAP_PORT="chin-nghin", HOIDAP_ADMINS="123", HOIDAP_LOGFORMAT="xml")
    assert done.returncode == 2
    assert done.stdout == b""
    said = done.stderr.decode()
    assert said.startswith("Cấu hình chưa đúng:\n")
    assert {line.split(":")[0] for line in said.splitlines()[1:]} == {
        "HOIDAP_PORT",
        "HOIDAP_ADMINS",
        "HOIDAP_LOGFORMAT",
    }
    assert "Traceback" not in said
    assert "chin-nghin" in said


def test_a_token_put_where_none_belongs_is_not_printed(cli: Cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOIDAP_ADMINS", "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    result = cli("kb", "check")
    assert result.exit_code == 2
    assert "HOIDAP_ADMINS: gặp “[token]”" in result.stderr


class TestADatabaseThatCannotBeUsed:
    """Told in words, without a traceback and without the password, by every command that needs it."""

    @pytest.fixture(params=[["serve"], ["ask", "x"], ["unanswered", "list"]], ids=" ".join)
    def run(self, request: pytest.FixtureRequest, cli: Cli, monkeypatch: pytest.MonkeyPatch):
        def _run(url: str) -> str:
            monkeypatch.setenv("HOIDAP_DATABASE_URL", url)
            monkeypatch.setenv("HOIDAP_PORT", str(free_port()))
            result = cli(*request.param)
            assert (result.exit_code, result.stdout) == (2, "")
            assert "mat-khau" not in result.stderr and "Traceback" not in result.stderr
            return result.stderr.splitlines()[-1]  # `serve` logs before it

        return _run

    @pytest.mark.parametrize(
        "url",
        [
            "rubbish",
            "postgres://bot:mat-khau@db/hoidap",
            "postgresql://bot:mat-khau@db/hoidap",
            "mysql://bot:mat-khau@db/hoidap",
            "sqlite:///hoidap.db",
            "postgresql+asyncpg://bot@127.0.0.1:mat-khau/hoidap",
            "postgresql+asyncpg://bot:mat-khau@127.0.0.1:99999/hoidap",
            "postgresql+asyncpg://bot:mat-khau@127.0.0.1:1/hoidap?sslmode=require",
        ],
    )
    def test_for_its_url(self, run: Callable[[str], str], url: str):
        said = run(url)
        assert said.startswith("HOIDAP_DATABASE_URL: không dùng được địa chỉ này. Viết postgresql+asyncpg://")

    def test_for_a_file_that_is_something_else(self, run: Callable[[str], str], tmp_path: Path):
        file = tmp_path / "thu.db"
        file.write_text("không phải cơ sở dữ liệu\n" * 100, encoding="utf-8")
        said = run(f"sqlite+aiosqlite:///{file}")
        assert said.startswith(f"Không mở được {file} như một cơ sở dữ liệu SQLite (file is not a database).")

    def test_for_a_server_that_is_away(self, run: Callable[[str], str]):
        said = run("postgresql+asyncpg://bot:mat-khau@127.0.0.1:1/hoidap")
        assert said.startswith(
            "Không vào được PostgreSQL ở postgresql+asyncpg://bot:***@127.0.0.1:1/hoidap ("
        )


def test_it_runs_as_a_module_too():
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert b"unanswered" in done.stdout


def test_no_command_waits_for_libraries_that_only_others_need():
    asked = "import sys, bot.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, timeout=60, check=True)
    loaded = set(done.stdout.decode().split())
    assert "typer" in loaded
    assert loaded & {"sklearn", "scipy", "sqlalchemy", "telegram", "starlette", "openpyxl"} == set()

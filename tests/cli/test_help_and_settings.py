"""Help that shows how, and settings that are refused in words."""

import subprocess
import sys

import pytest
from cli_use import Cli, Command, Run, commands

GROUPS = [(), ("kb",), ("unanswered",)]


def test_the_commands_are_those_of_the_issue():
    names = {" ".join(command.words) for command in commands()}
    assert names >= {"serve", "ask", "match", "kb check", "kb test", "kb schema"}
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


def test_wrong_settings_are_all_named_without_a_traceback_and_without_their_values(hoidap: Run):
    done = hoidap("kb", "check", HOIDAP_PORT="bi-mat", HOIDAP_ADMINS="123", HOIDAP_LOG_FORMAT="xml")
    assert done.returncode == 2
    assert done.stdout == b""
    said = done.stderr.decode()
    assert said.startswith("Cấu hình chưa đúng:\n")
    assert {line.split(":")[0] for line in said.splitlines()[1:]} == {
        "HOIDAP_PORT",
        "HOIDAP_ADMINS",
        "HOIDAP_LOG_FORMAT",
    }
    assert "Traceback" not in said
    assert "bi-mat" not in said


def test_it_runs_as_a_module_too():
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert b"unanswered" in done.stdout

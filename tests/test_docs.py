"""What the documents name exists: commands, targets of make, settings, files. A reader can copy any of it."""

import re
from pathlib import Path

import pytest
import typer.main

from bot.cli import app
from bot.config import PREFIX, Settings, settings_table

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = [README, ROOT / "knowledge" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / "Makefile", ROOT / "Dockerfile", *sorted((ROOT / ".ci").iterdir())]
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
OURS = ("bot/", "docs/", "knowledge/", "tests/", "bench/")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> str:
    """Return what a document sets as code; other files are code all through."""
    return "\n".join(CODE.findall(text(path))) if path.suffix == ".md" else text(path)


def unknown_command(words: list[str]) -> bool:
    command = typer.main.get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            return False  # the rest is arguments
        if word not in command.commands:
            return True
        command = command.commands[word]
    return False


def named(pattern: str, path: Path) -> list[str]:
    return re.findall(pattern, code(path), re.MULTILINE)


def test_there_are_documents_to_read():
    assert len(DOCS) >= 5
    assert sum(len(named(r"hoidap [a-z]", path)) for path in [*DOCS, *OTHERS]) >= 4


@pytest.mark.parametrize("words", ["askk", "kb chek", "unanswered", "serve", "unanswered show now"])
def test_a_command_that_does_not_exist_is_noticed(words: str):
    assert unknown_command(words.split()) == (words in ("askk", "kb chek"))


@pytest.mark.parametrize("path", [*DOCS, *OTHERS], ids=lambda path: path.relative_to(ROOT).as_posix())
class TestWhatADocumentNames:
    def test_commands_exist(self, path: Path):
        found = named(r"(?:^|[\s`/])hoidap((?: [a-z]+)+)", path)
        assert [words for words in found if unknown_command(words.split())] == []

    def test_targets_of_make_exist(self, path: Path):
        targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
        assert {"run", "test", "lint", "setup"} <= targets
        assert set(named(r"(?:^|[`;&] *)make ([a-z]+)", path)) - targets == set()

    def test_settings_exist(self, path: Path):
        known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
        assert set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", text(path))) - known == set()

    def test_files_exist(self, path: Path):
        spans = re.findall(r"`([\w.-]+/[\w./-]*[\w-])`", text(path)) if path.suffix == ".md" else []
        ours = {span for span in spans if span.startswith(OURS)}
        assert {span for span in ours if not list(ROOT.glob(f"{span}*"))} == set()

    def test_links_lead_somewhere(self, path: Path):
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text(path)) if path.suffix == ".md" else []
        near = [link for link in links if "://" not in link and not link.startswith("mailto:")]
        assert [link for link in near if not (path.parent / link).exists()] == []

    def test_no_path_of_somebodys_machine_is_in_it(self, path: Path):
        assert re.findall(r"/(?:home|Users|root|work)/\w+", text(path)) == []


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_gives_the_two_commands(command: str):
    assert command in code(README)


def test_the_readme_has_the_table_of_settings_as_the_program_prints_it():
    assert settings_table().strip() in text(README)


def test_the_table_of_settings_has_a_line_for_each():
    table = settings_table()
    assert [name for name in Settings.model_fields if f"{PREFIX}{name.upper()}" not in table] == []
    assert len({line.count("|") for line in table.strip().splitlines()}) == 1

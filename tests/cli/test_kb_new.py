"""`hoidap kb new`: an entry to go on with, asked for or given, in a base that still loads."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cli_use import Cli

from bot.kb import load

GIVEN = ("--category", "regulations", "--topic", "nha-o", "--question", "Xây nhà tạm được hỗ trợ gì?")
ID = "xay-nha-tam-duoc-ho-tro-gi"


def test_options_alone_write_an_entry_and_say_where_it_is_and_what_is_owed(cli: Cli, tmp_path: Path):
    result = cli("kb", "new", *GIVEN)
    assert result.exit_code == 0
    first, *owed = result.stdout.splitlines()
    file = tmp_path / "base" / "regulations" / "nha-o.yaml"
    line = file.read_text(encoding="utf-8").splitlines().index(f"- id: {ID}") + 1
    assert f"Đã thêm mục {ID} vào regulations/nha-o.yaml, dòng {line}." in first
    assert any("Còn thiếu `sources`" in one for one in owed) and any("`answer`" in one for one in owed)
    assert all(one.startswith("regulations/nha-o.yaml:") for one in owed)
    assert set(load(tmp_path / "base").entries) == {"nha-o-muc", "ra-soat-thang"}
    assert cli("kb", "new", *GIVEN, "--answer", "Có.").exit_code == 0
    assert load(tmp_path / "base").entries[f"{ID}-2"].answer == "Có."


@pytest.mark.parametrize("file", ["regulations/a.yaml", "base/regulations/a.yaml"])
def test_a_file_is_named_from_here_or_from_the_base_and_keeps_what_it_has(
    cli: Cli, tmp_path: Path, file: str
):
    path = tmp_path / "base" / "regulations" / "a.yaml"
    before = path.read_text(encoding="utf-8")
    assert cli("kb", "new", *GIVEN, "--file", file).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    assert path.read_text(encoding="utf-8").count("- id: ") == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (GIVEN[:4], "--question"),
        (("--category", "luat", *GIVEN[2:]), "regulations, inspections"),
        (("--category", "regulations", "--topic", "dat", *GIVEN[4:]), "nha-o"),
        ((*GIVEN[:5], "?!"), "chưa có chữ nào"),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_nothing_is_written(cli: Cli, tmp_path: Path, given, said: str):
    result = cli("kb", "new", *given)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert [path.name for path in (tmp_path / "base" / "regulations").iterdir()] == ["a.yaml"]


def test_a_file_elsewhere_is_refused(cli: Cli, tmp_path: Path):
    result = cli("kb", "new", *GIVEN, "--file", "../x.yaml")
    assert result.exit_code == 1
    assert "không phải tên một tệp tri thức" in result.stderr
    assert not (tmp_path.parent / "x.yaml").exists()


def test_a_base_that_does_not_load_is_told_first(cli: Cli, tmp_path: Path):
    (tmp_path / "base" / "regulations" / "b.yaml").write_text("- {id: b}\n", encoding="utf-8")
    result = cli("kb", "new", *GIVEN)
    assert result.exit_code == 1
    assert "regulations/b.yaml:1:3: [b]" in result.stderr


def test_at_a_terminal_it_asks_again_until_it_can_go_on(environment: dict[str, str], tmp_path: Path):
    typed = "9\n1\nnha-o\nNhà tạm được hỗ trợ gì?\n\n"
    keyboard, terminal = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOIDAP_")}
    command = [str(Path(sys.executable).with_name("hoidap")), "kb", "new"]
    with os.fdopen(keyboard, "wb", buffering=0) as keys:
        keys.write(typed.encode())
        done = subprocess.run(
            command,
            stdin=terminal,
            capture_output=True,
            env={**clean, **environment},
            cwd=tmp_path,
            timeout=60,
        )
    os.close(terminal)
    said = done.stdout.decode()
    assert done.returncode == 0
    assert "1. quy định (regulations)" in said and "1. Nhà ở (nha-o)" in said
    assert "Đã thêm mục nha-tam-duoc-ho-tro-gi vào regulations/nha-o.yaml" in said

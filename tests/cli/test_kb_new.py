"""`hoidap kb new`: an entry to go on with, asked for or given, in a base that still loads."""

from pathlib import Path

import pytest
from cli_use import HOUSE, Cli, Run

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


@pytest.mark.parametrize("file", ["a.yaml", "regulations/a.yaml"])
def test_a_question_that_another_entry_has_is_told_wherever_it_is_written(cli: Cli, file: str):
    result = cli("kb", "new", *GIVEN[:5], HOUSE, "--file", file)
    assert result.exit_code == 0
    assert any("đã thuộc “" in line for line in result.stdout.splitlines())


def test_a_base_without_topics_is_told_where_they_go(cli: Cli, tmp_path: Path):
    file = tmp_path / "base" / "regulations" / "a.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("  topic: nha-o\n", ""), encoding="utf-8")
    (tmp_path / "base" / "topics.yaml").unlink()
    result = cli("kb", "new", *GIVEN)
    assert result.exit_code == 2
    assert "topics.yaml" in result.stderr


def test_a_file_that_holds_no_entries_is_refused(cli: Cli, tmp_path: Path):
    before = (tmp_path / "base" / "topics.yaml").read_bytes()
    result = cli("kb", "new", *GIVEN, "--file", "topics.yaml")
    assert result.exit_code == 1
    assert result.stderr.startswith("“topics.yaml” không phải tên một tệp để thêm mục.")
    assert (tmp_path / "base" / "topics.yaml").read_bytes() == before


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
    assert said in result.stderr
    assert "Error" not in result.stderr and "Invalid" not in result.stderr
    assert [path.name for path in (tmp_path / "base" / "regulations").iterdir()] == ["a.yaml"]


def test_a_file_elsewhere_is_refused(cli: Cli, tmp_path: Path):
    result = cli("kb", "new", *GIVEN, "--file", "../x.yaml")
    assert result.exit_code == 1
    assert "không phải tên một tệp để thêm mục" in result.stderr
    assert not (tmp_path.parent / "x.yaml").exists()


def test_a_base_that_does_not_load_is_told_first(cli: Cli, tmp_path: Path):
    (tmp_path / "base" / "regulations" / "b.yaml").write_text("- {id: b}\n", encoding="utf-8")
    result = cli("kb", "new", *GIVEN)
    assert result.exit_code == 1
    assert "regulations/b.yaml:1:3: [b]" in result.stderr


def test_at_a_terminal_it_asks_again_until_it_can_go_on(at_terminal: Run):
    done = at_terminal("kb", "new", stdin="9\n1\nnha-o\n\nNhà tạm\tđược hỗ trợ gì?\n\n".encode())
    said = done.stdout.decode()
    assert done.returncode == 0
    assert "Không có loại “9”. Chọn một trong: regulations" in done.stderr.decode()
    assert "1. quy định (regulations)" in said and "1. Nhà ở (nha-o)" in said
    assert "Đã thêm mục nha-tam-duoc-ho-tro-gi vào regulations/nha-o.yaml" in said


def test_who_stops_half_way_is_told_that_nothing_was_written(at_terminal: Run, tmp_path: Path):
    done = at_terminal("kb", "new", stdin=b"1\n\x04")
    assert done.returncode == 130
    assert done.stderr.decode() == "\nĐã dừng; chưa ghi gì.\n"
    assert [path.name for path in (tmp_path / "base" / "regulations").iterdir()] == ["a.yaml"]


def test_a_question_is_one_line(cli: Cli, tmp_path: Path):
    assert cli("kb", "new", *GIVEN[:5], "Nhà\ntạm  là\tgì?", "--answer", "Có.").exit_code == 0
    assert load(tmp_path / "base").entries["nha-tam-la-gi"].question == "Nhà tạm là gì?"

"""`hoidap kb replay` and `hoidap kb proposed`: what was really asked, put to the base before and after."""

import asyncio
import csv
import json
from pathlib import Path

import pytest
from cli_use import HOUSE, REVIEW, Cli, Run, git, json_lines

from bot.domain import Change
from bot.phrases import say
from bot.store import Database, exchanges

ADDED = """\
- id: vay-von
  topic: nha-o
  question: Hộ nghèo được vay vốn làm ăn tối đa bao nhiêu tiền?
  answer: 100 triệu.
  sources: [{document: 55/2023/TT-BTC}]
"""
LOAN = "Hộ nghèo được vay vốn làm ăn tối đa bao nhiêu tiền?"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The base in a work tree of git, committed."""
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", "base")
    git(tmp_path, "commit", "-m", "một")
    return tmp_path / "base" / "regulations" / "a.yaml"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def drop_the_review(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("- id: ra-soat-thang")], encoding="utf-8")


def test_what_loses_its_answer_is_named_with_its_entry_most_often_asked_first(cli: Cli, kept: Path):
    for question in (HOUSE, REVIEW, REVIEW.lower(), LOAN):
        cli("ask", question)
    drop_the_review(kept)
    (kept.parent / "b.yaml").write_text(ADDED, encoding="utf-8")
    result = cli("kb", "replay")
    assert result.exit_code == 0
    lost, gained, total = result.stdout.splitlines()
    times, _, turn, question, was, _ = lost.split("\t")
    assert (times, turn) == ("2", say("replay.turn.lost"))
    assert question == REVIEW.lower()  # as it was asked last
    assert f"{REVIEW} [ra-soat-thang]" in was
    assert say("replay.turn.gained") in gained and LOAN in gained and "[vay-von]" in gained
    assert (
        total.startswith("3 câu (4 lượt hỏi)") and "1 mất câu trả lời" in total and "1 được trả lời" in total
    )


def test_where_nothing_turns_only_that_is_said(cli: Cli, kept: Path):
    cli("ask", HOUSE)
    result = cli("kb", "replay", "--exit-code")
    assert result.exit_code == 0
    assert result.stdout.startswith("1 câu (1 lượt hỏi)")
    assert len(result.stdout.splitlines()) == 1


def test_with_exit_code_it_ends_with_1_where_a_question_is_worse_off(cli: Cli, kept: Path):
    cli("ask", REVIEW)
    (kept.parent / "b.yaml").write_text(ADDED, encoding="utf-8")
    assert cli("kb", "replay", "--exit-code").exit_code == 0
    drop_the_review(kept)
    assert cli("kb", "replay", "--exit-code").exit_code == 1


def test_an_entry_with_another_id_is_the_same_and_one_with_another_text_is_told_once(cli: Cli, kept: Path):
    for question in (HOUSE, HOUSE.upper(), REVIEW):
        cli("ask", question)
    replace(kept, "id: nha-o-muc", "id: nha-o-muc-moi")
    replace(kept, "Tháng 9.", "Tháng 10.")
    found = json.loads(cli("kb", "replay", "--json").stdout)
    assert found["turned"] == []
    assert found["rewritten"] == [{"entry": "ra-soat-thang", "title": REVIEW, "times": 1}]


def test_another_directory_is_compared_with_the_base_of_the_settings(cli: Cli, tmp_path: Path):
    cli("ask", REVIEW)
    other = tmp_path / "khac" / "regulations"
    other.mkdir(parents=True)
    (other / "b.yaml").write_text(
        ADDED.replace("topic: nha-o\n  ", "").split("  sources")[0], encoding="utf-8"
    )
    [turned] = json.loads(cli("kb", "replay", str(tmp_path / "khac"), "--json").stdout)["turned"]
    assert (turned["turn"], turned["was"]["name"], turned["times"]) == ("lost", "ra-soat-thang", 1)
    back = json.loads(cli("kb", "replay", "--before", str(tmp_path / "khac"), "--json").stdout)
    assert [one["turn"] for one in back["turned"]] == ["gained"]


def test_on_a_branch_it_is_compared_with_where_that_left_main(cli: Cli, kept: Path, tmp_path: Path):
    cli("ask", REVIEW)
    git(tmp_path, "checkout", "-b", "nhanh")
    drop_the_review(kept)
    git(tmp_path, "commit", "-am", "bỏ")
    assert json.loads(cli("kb", "replay", "--json").stdout)["lost"] == 1
    assert json.loads(cli("kb", "replay", "--before", "HEAD", "--json").stdout)["lost"] == 0


def test_the_console_s_export_of_the_log_is_read(cli: Cli, kept: Path, tmp_path: Path):
    log = tmp_path / "log.csv"
    headings = say("console.export.log").split(" | ")
    rows = [
        ["1", "2026-11-29 08:00:00", "web", "a", "còn rà soát thì sao", HOUSE, "Gợi ý"],
        ["2", "2001-11-29 08:00:00", "web", "a", REVIEW, "", "Trả lời ngay"],
        ["3", "", "web", "a", REVIEW, "", say("console.verdict.opened")],
        ["4", "", "web", "a", f"'={HOUSE}", "", "Trả lời ngay"],
    ]
    with log.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text[text.index("- id: ra-soat-thang") :], encoding="utf-8")
    found = json.loads(cli("kb", "replay", "--since", "2020-01-01", "--questions", str(log), "--json").stdout)
    assert found["questions"] == 2  # not the one that is older, nor what was only opened
    [lost] = [one for one in found["turned"] if one["turn"] == "lost"]
    assert (lost["question"], lost["earlier"], lost["last_at"]) == (f"={HOUSE}", None, None)


def test_a_list_of_lines_is_counted_and_told_as_markdown_without_what_is_personal(
    cli: Cli, kept: Path, tmp_path: Path
):
    drop_the_review(kept)
    asked = tmp_path / "cau-hoi.txt"
    asked.write_text(f"{REVIEW}\n\n{REVIEW}\n{REVIEW} gọi 0912 345 678\n{REVIEW} `|@ai\n", encoding="utf-8")
    result = cli("kb", "replay", "--questions", str(asked), "--markdown", "--exit-code")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == f"### {say('replay.title')}"
    rows = [line for line in lines if line.startswith("|")][2:]
    assert rows[0].startswith(f"| 2 |  | {say('replay.turn.lost')} | `{REVIEW}` |")
    assert all(row.count("|") == 7 for row in rows)
    assert "0912" not in result.stdout
    assert say("replay.personal") in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "hôm qua"), "không phải một khoảng thời gian"),
        (("--since", "2026-13-01"), "không phải một khoảng thời gian"),
        (("--json", "--markdown"), "Chọn một trong hai"),
        (("--questions", "khong-co.txt"), "khong-co.txt"),
        (("--before", "khong-co"), "Git không có bản “khong-co”"),
    ],
)
def test_what_cannot_be_done_is_said(cli: Cli, kept: Path, arguments: tuple[str, ...], said: str):
    result = cli("kb", "replay", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_a_file_that_is_no_list_of_questions_is_told(cli: Cli, kept: Path, tmp_path: Path):
    (tmp_path / "a.csv").write_text("Mã,Tên\n1,a\n", encoding="utf-8")
    assert "không có cột “Câu hỏi”" in cli("kb", "replay", "--questions", "a.csv").stderr
    (tmp_path / "b.txt").write_bytes("Rà soát".encode("utf-16"))
    assert "UTF-8" in cli("kb", "replay", "--questions", "b.txt").stderr


def test_a_base_that_is_broken_is_named_with_its_problems(cli: Cli, kept: Path):
    cli("ask", HOUSE)
    kept.write_text("- {id: a}\n", encoding="utf-8")
    result = cli("kb", "replay")
    assert result.exit_code == 2
    assert "regulations/a.yaml:1:3" in result.stderr


def test_without_questions_that_is_said(cli: Cli, kept: Path):
    result = cli("kb", "replay")
    assert result.exit_code == 0
    assert "Chưa có câu hỏi nào" in result.stderr
    assert result.stdout.startswith("0 câu")


def test_outside_git_it_says_what_to_name(cli: Cli):
    result = cli("kb", "replay")
    assert result.exit_code == 2
    assert "không nằm trong kho git" in result.stderr


# --- kb proposed -----------------------------------------------------------------------------------------


def test_what_somebody_picked_is_proposed(cli: Cli, tmp_path: Path):
    assert "Chưa có cách hỏi nào" in cli("kb", "proposed").stdout
    wording = "trợ cấp sửa bếp"
    cli("ask", wording)
    asyncio.run(pick(tmp_path, 1, "nha-o-muc"))
    [one] = json_lines(cli("kb", "proposed", "--json").stdout)
    assert (one["entry"], one["wording"], one["people"], one["others"]) == ("nha-o-muc", wording, 1, 0)
    line, total = cli("kb", "proposed").stdout.splitlines()
    assert line.split("\t")[:3] == ["nha-o-muc", wording, "1"]
    assert total == say("proposed.total", wordings=1, entries=1)


async def pick(place: Path, number: int, entry: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{place / 'var' / 'hoidap.db'}")
    async with database.writing() as connection:
        await exchanges.amend(connection, Change(number, entry=entry, version="0"))
    await database.close()


def test_the_installed_command_replays(hoidap: Run, kept: Path):
    hoidap("ask", REVIEW)
    drop_the_review(kept)
    done = hoidap("kb", "replay", "--exit-code")
    assert done.returncode == 1, done.stderr.decode()
    assert "[ra-soat-thang]" in done.stdout.decode()
    assert done.stderr == b""

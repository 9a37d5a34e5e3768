"""`hoidap ask` and `hoidap unanswered`: from a question in the terminal to an expert's answer there."""

import json

import pytest
from cli_use import HOUSE, REVIEW, Cli, Run, json_lines

STRANGER = "Xe máy điện có được trợ giá không?"


class TestAsking:
    def test_one_question_is_answered_in_plain_text(self, cli: Cli):
        result = cli("ask", "muc ho tro xay nha cho ho ngheo la bao nhieu")
        assert result.exit_code == 0
        lines = [line.rstrip() for line in result.stdout.splitlines()]
        assert lines[0] == HOUSE
        assert "40 triệu đồng." in lines
        assert "– Điều 74, 55/2023/TT-BTC" in lines
        assert any(line.startswith("Mã nha-o-muc · bản ") for line in lines)
        assert "\x1b" not in result.stdout
        assert "╭" not in result.stdout

    def test_a_conversation_goes_on_from_line_to_line(self, cli: Cli):
        said = cli("ask", stdin=f"/chude\n1\n2\n/dung\n/cauhoi\n{STRANGER}\n/cauhoi\n").stdout
        assert "1. Nhà ở (2)" in said
        assert f"2. {REVIEW}" in said
        assert "Tháng 9." in said
        assert "Cảm ơn anh/chị đã xác nhận." in said
        assert "Anh/chị chưa hỏi câu nào ở đây." in said
        assert f"{STRANGER} → đang chờ chuyên gia" in said

    def test_a_hint_is_opened_by_its_number(self, cli: Cli):
        said = cli("ask", stdin=f"{STRANGER}\n1\n").stdout
        first = next(line for line in said.splitlines() if line.startswith("1. "))
        assert said.splitlines().count(first.removeprefix("1. ")) == 1

    def test_the_conversation_is_remembered_by_the_next_process(self, cli: Cli):
        cli("ask", HOUSE)
        assert "Cảm ơn anh/chị đã xác nhận." in cli("ask", "/dung").stdout

    def test_a_long_list_of_questions_is_answered_without_waiting_for_turns(self, cli: Cli):
        said = cli("ask", stdin=f"{HOUSE}\n" * 20).stdout
        assert said.count("Mã nha-o-muc") == 20

    @pytest.mark.parametrize("text", ["", "   ", "😀"])
    def test_a_question_without_words_asks_for_some(self, cli: Cli, text: str):
        assert "gõ câu hỏi bằng chữ" in cli("ask", text).stdout

    @pytest.mark.parametrize("text", ["[/b] x", "[red]đỏ[/red]", "**x** <b>y</b>", "\x1b[31mx"])
    def test_markup_is_only_text(self, cli: Cli, text: str):
        said = cli("ask", stdin=f"hỏi {text}\n/cauhoi\n").stdout
        assert "\x1b[31m" not in said or text.startswith("\x1b")
        assert "đang chờ chuyên gia" in said

    def test_bytes_that_are_no_text_are_answered_and_break_nothing_behind_them(self, hoidap: Run):
        done = hoidap("ask", stdin=b"nh\xff xe m\xe1y \xed\xa0\x80\n" + HOUSE.encode() + b"\n")
        assert done.returncode == 0, done.stderr
        assert "Câu hỏi #1 đã chuyển chuyên gia" in done.stdout.decode()
        assert "Mã nha-o-muc" in done.stdout.decode()

    def test_an_argument_that_is_no_text_is_answered_too(self, cli: Cli):
        assert "Câu hỏi #1" in cli("ask", "nh\udcff xe").stdout

    def test_nobody_at_the_terminal_needs_a_name(self, cli: Cli, monkeypatch: pytest.MonkeyPatch):
        def nameless(_uid: int) -> None:
            raise KeyError("uid not found")

        for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("pwd.getpwuid", nameless)
        assert "Mã nha-o-muc" in cli("ask", HOUSE).stdout


class TestWhatWaits:
    @pytest.fixture
    def asked(self, cli: Cli) -> Cli:
        cli("ask", stdin=f"{STRANGER}\n{HOUSE}\n/sai\nhỏi [/b] \x1b[31m đỏ về một việc khác nữa\nxin chào\n")
        return cli

    def test_is_listed_oldest_first_for_people(self, asked: Cli):
        result = asked("unanswered", "list")
        rows = [
            [cell.strip() for cell in line.strip("│").split("│")] for line in result.stdout.splitlines()[3:-1]
        ]
        assert [(row[0], row[3], row[4]) for row in rows] == [
            ("1", "chưa có mục", STRANGER),
            ("2", "người hỏi báo chưa đúng", HOUSE),
            ("4", "chưa có mục", "hỏi [/b]  [31m đỏ về một việc khác nữa"),
        ]
        assert "\x1b" not in result.stdout

    def test_is_listed_as_json_lines_for_programs(self, asked: Cli):
        result = asked("unanswered", "list", "--json")
        lines = json_lines(result.stdout)
        assert [line["number"] for line in lines] == [1, 2, 4]
        assert [line["reason"] for line in lines] == ["no_match", "disliked", "no_match"]
        assert lines[1]["shown"] == "nha-o-muc"
        assert "\x1b" not in result.stdout
        assert result.stderr == ""

    def test_is_listed_up_to_a_limit(self, asked: Cli):
        assert len(json_lines(asked("unanswered", "list", "--json", "--limit", "2").stdout)) == 2

    def test_is_shown_with_what_was_near(self, asked: Cli):
        shown = json.loads(asked("unanswered", "show", "1").stdout)
        assert shown["question"] == STRANGER
        assert {name for name, _ in shown["nearest"]} == {"nha-o-muc", "ra-soat-thang"}
        assert shown["resolved_at"] is None

    def test_is_resolved_and_the_asker_gets_the_answer_where_they_asked(self, asked: Cli):
        note = "Việc này thuộc Sở Công Thương."
        result = asked(
            "unanswered", "resolve", "1", "--entry", "nha-o-muc", "--note", note, "--by", "Chị Lan"
        )
        assert (result.exit_code, result.stdout) == (0, "Đã giải quyết câu #1; người hỏi sẽ nhận được.\n")
        shown = json.loads(asked("unanswered", "show", "1").stdout)
        assert (shown["resolved_by"], shown["entry"], shown["note"]) == ("Chị Lan", "nha-o-muc", note)
        assert [line["number"] for line in json_lines(asked("unanswered", "list", "--json").stdout)] == [2, 4]
        said = asked("ask", "/cauhoi").stdout
        assert said.startswith("Chuyên gia đã trả lời câu hỏi #1 của anh/chị:")
        assert "40 triệu" in said
        assert said.count(note) == 2, "once when told, once among my questions"
        assert "chuyên gia đã trả lời ngày" in said
        assert "Chuyên gia đã trả lời câu hỏi #1" not in asked("ask", "/help").stdout

    def test_is_shown_with_what_was_said_before_where_it_waits_again(self, asked: Cli):
        asked(
            "unanswered", "resolve", "1", "--entry", "nha-o-muc", "--note", "Xem mục này.", "--by", "Chị Lan"
        )
        assert json.loads(asked("unanswered", "show", "1").stdout)["earlier"] == []
        asked("ask", "/chuyengia")
        shown = json.loads(asked("unanswered", "show", "1").stdout)
        assert (shown["resolved_by"], shown["note"]) == (None, None)
        [earlier] = shown["earlier"]
        assert (earlier["resolved_by"], earlier["entry"], earlier["note"]) == (
            "Chị Lan",
            "nha-o-muc",
            "Xem mục này.",
        )

    def test_is_resolved_once(self, asked: Cli):
        assert asked("unanswered", "resolve", "2", "--note", "x").exit_code == 0
        again = asked("unanswered", "resolve", "2", "--note", "x")
        assert (again.exit_code, again.stderr) == (1, "Không có câu #2 đang chờ.\n")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["resolve", "1"], "cần --entry, --note, hoặc cả hai"),
            (["resolve", "1", "--entry", "khong-co"], "Không có mục nào mã khong-co."),
            (["resolve", "1", "--entry", "[/b]"], "Không có mục nào mã [/b]."),
            (["resolve", "x", "--note", "y"], "Invalid value"),
        ],
    )
    def test_is_not_resolved_by_a_mistyped_command(self, asked: Cli, arguments: list[str], words: str):
        result = asked("unanswered", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
        assert len(json_lines(asked("unanswered", "list", "--json").stdout)) == 3

    @pytest.mark.parametrize("command", [["show", "99"], ["resolve", "99", "--note", "x"], ["show", "3"]])
    def test_a_number_that_waits_for_nobody_ends_with_1(self, asked: Cli, command: list[str]):
        result = asked("unanswered", *command)
        assert result.exit_code == 1
        assert result.stderr == f"Không có câu #{command[1]} đang chờ.\n"

    def test_may_be_nothing(self, cli: Cli):
        assert cli("unanswered", "list").stdout == "Không còn câu nào chờ trả lời.\n"
        assert cli("unanswered", "list", "--json").stdout == ""

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
        assert [(row[0], row[1], *row[3:7]) for row in rows] == [
            ("1", "1", "mới", "chưa có mục", "chưa rõ tỉnh", STRANGER),
            ("2", "1", "mới", "người hỏi báo chưa đúng", "chưa rõ tỉnh", HOUSE),
            ("4", "1", "mới", "chưa có mục", "chưa rõ tỉnh", "hỏi [/b]  [31m đỏ về một việc khác nữa"),
        ]
        assert "\x1b" not in result.stdout

    def test_is_listed_as_json_lines_for_programs(self, asked: Cli):
        result = asked("unanswered", "list", "--json")
        lines = json_lines(result.stdout)
        assert [line["number"] for line in lines] == [1, 2, 4]
        assert [line["reason"] for line in lines] == ["no_match", "disliked", "no_match"]
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
        assert result.exit_code == 0
        assert result.stdout.startswith("Đã giải quyết câu #1; người hỏi sẽ nhận được.")
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
        assert again.exit_code == 1 and again.stderr.startswith("Câu #2 đã được ")

    def test_what_the_asker_saw_is_shown_with_each_wording(self, asked: Cli):
        [wording] = json.loads(asked("unanswered", "show", "2").stdout)["wordings"]
        assert (wording["shown"], wording["text"]) == ("nha-o-muc", HOUSE)

    def test_is_one_line_however_it_was_worded(self, asked: Cli):
        asked("ask", "xe may dien co duoc tro gia khong")
        lines = json_lines(asked("unanswered", "list", "--json").stdout)
        assert next((line["number"], line["asked"], line["askers"]) for line in lines) == (1, 2, 1)
        assert len(json_lines(asked("unanswered", "list", "tro gia", "--json").stdout)) == 1
        assert asked("unanswered", "list", "tro gia", "--state", "taken", "--json").stdout == ""

    def test_is_sent_away_asked_back_and_undone(self, asked: Cli):
        away = asked("unanswered", "not-ours", "1", "--reason", "other_body", "--note", "Sở Công Thương")
        assert away.exit_code == 0
        assert "trách nhiệm của Sở Công Thương" in asked("ask", "/cauhoi").stdout
        act = json.loads(asked("unanswered", "show", "1").stdout)["acts"][-1]
        assert (act["kind"], asked("unanswered", "undo", str(act["act"])).exit_code) == ("sent_away", 0)
        assert "xin rút câu trả lời" in asked("ask", "/cauhoi").stdout
        assert asked("unanswered", "ask", "1", "Xe mấy bánh ạ?").exit_code == 0
        assert "Xe mấy bánh ạ?" in asked("ask", "#1 xe ba bánh").stdout
        replied = json.loads(asked("unanswered", "show", "1").stdout)["acts"][-1]
        assert (replied["kind"], replied["details"]["text"]) == ("replied", "xe ba bánh")

    def test_is_merged_and_split(self, asked: Cli):
        assert asked("unanswered", "merge", "4", "1").exit_code == 0
        assert [line["number"] for line in json_lines(asked("unanswered", "list", "--json").stdout)] == [1, 2]
        assert asked("unanswered", "split", "1", "4").exit_code == 0
        assert len(json_lines(asked("unanswered", "list", "--json").stdout)) == 3
        refused = asked("unanswered", "split", "1", "1")
        assert refused.exit_code == 1 and "không phải tất cả" in refused.stderr

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


def test_figures_of_what_was_asked_and_what_waits(cli: Cli):
    cli("ask", stdin=f"{STRANGER}\n{HOUSE}\n/dung\nxin chào\n")
    found = json.loads(cli("stats", "--json").stdout)
    assert (found["asked"], found["waiting"], found["liked"]) == (3, 1, 1)
    assert found["verdicts"] == {"answer": 1, "place": 0, "suggest": 0, "unanswered": 1, "off_topic": 1}
    assert found["reasons"] == {"no_match": 1} and found["channels"] == {"console": 3}
    assert found["hours_to_answer"] is None
    cli("unanswered", "resolve", "1", "--note", "x")
    assert json.loads(cli("stats", "--json").stdout)["hours_to_answer"] >= 0
    printed = cli("stats").stdout
    assert "3 câu hỏi" in printed and "chưa có mục" in printed and "33,3 %" in printed
    assert (
        json.loads(cli("stats", "--since", "2020-01-01", "--until", "2020-01-31", "--json").stdout)["asked"]
        == 0
    )
    assert "0 câu hỏi" in cli("stats", "--since", "2020-01-01", "--until", "2020-01-31").stdout


def test_figures_of_provinces_and_of_what_each_misses(cli: Cli):
    cli("ask", stdin=f"{STRANGER}\n")
    cli("ask", stdin=f"/tinh sơn la\n{STRANGER}\n{HOUSE}\n")
    found = json.loads(cli("stats", "--json").stdout)
    assert [group["askers"] for group in found["groups"]] == [1], "one person, twice"
    assert found["provinces"] == [
        ["Sơn La", {"answer": 1, "place": 0, "suggest": 0, "unanswered": 2, "off_topic": 0}]
    ]
    assert found["missing"] == [["Sơn La", 2, 1]]
    assert [row[0] for row in found["misses"]] == ["Sơn La"]
    printed = cli("stats").stdout
    assert "Câu chưa trả lời nhiều người hỏi nhất" in printed and STRANGER in printed
    assert "Tỉnh đang vướng gì" in printed and "Sơn La" in printed
    [item] = json_lines(cli("unanswered", "list", "--json").stdout)
    assert item["wordings"] == [STRANGER]
    assert item["provinces"] == [["Sơn La", 2]] and item["channels"] == [["console", 2]]
    assert "Sơn La" in cli("unanswered", "list").stdout

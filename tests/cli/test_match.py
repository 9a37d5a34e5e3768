"""`hoidap match`: questions in, one JSON object a line out; tools depend on exactly this."""

from pathlib import Path

import pytest
from cli_use import HOUSE, REVIEW, Cli, Run, json_lines

FIELDS = ["question", "outcome", "entry", "confidence", "candidates", "elapsed_ms"]


def test_every_line_is_answered_by_one_object_with_exactly_these_fields(cli: Cli):
    result = cli("match", stdin=f"{HOUSE}\n\nasdf qwer\nxin chào\n")
    assert result.exit_code == 0
    lines = json_lines(result.stdout)
    assert [list(line) for line in lines] == [FIELDS] * 4
    assert [line["question"] for line in lines] == [HOUSE, "", "asdf qwer", "xin chào"]
    assert [line["outcome"] for line in lines] == ["answer", "unanswered", "unanswered", "off_topic"]
    assert [line["entry"] for line in lines] == ["nha-o-muc", None, None, None]
    for line in lines:
        assert isinstance(line["confidence"], float)
        assert 0 <= line["confidence"] <= 1
        assert line["elapsed_ms"] >= 0
        for candidate in line["candidates"]:
            assert list(candidate) == ["entry", "confidence"]
    assert result.stderr == ""


def test_a_suggestion_names_no_entry_but_its_candidates(cli: Cli):
    outcomes = {
        line["outcome"]: line
        for line in json_lines(cli("match", stdin="hỗ trợ xây nhà\nhộ nghèo mức\nrà soát hộ nghèo\n").stdout)
    }
    assert outcomes.keys() <= {"answer", "suggest", "unanswered"}
    for outcome, line in outcomes.items():
        assert (line["entry"] is None) == (outcome != "answer")
        assert len(line["candidates"]) == 2


def test_the_best_four_are_listed_whatever_the_outcome(cli: Cli, tmp_path: Path):
    base = tmp_path / "entries-only"
    base.mkdir()
    subjects = ["nhà ở", "dê sinh sản", "đào tạo nghề", "bảo hiểm", "tiền điện"]
    rows = [
        f"- {{id: muc-{n}, question: Hỗ trợ {what} ra sao?, answer: A}}\n" for n, what in enumerate(subjects)
    ]
    (base / "a.yaml").write_text("".join(rows[:3]), encoding="utf-8")
    (base / "b.yaml").write_text("".join(rows[3:]), encoding="utf-8")
    result = cli("match", "--knowledge", str(base), stdin="Hỗ trợ nhà ở ra sao?\nhỗ trợ ra sao\nasdf qwer\n")
    lines = json_lines(result.stdout)
    assert lines[0]["outcome"] == "answer"
    assert lines[0]["entry"] == "muc-0"
    for line in lines:
        assert len(line["candidates"]) == 4
        shares = [candidate["confidence"] for candidate in line["candidates"]]
        assert shares == sorted(shares, reverse=True)
        assert line["confidence"] == shares[0]


@pytest.mark.parametrize("stdin", ["", b""])
def test_nothing_in_nothing_out(cli: Cli, stdin: str | bytes):
    result = cli("match", stdin=stdin)
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    "line",
    [
        '"quoted" \\ {json}',
        "[red]x[/red]",
        "<b>x</b>",
        "tab\tvà\u2028dòng",
        "😀",
        "  khoảng trắng  ",
        "x" * 20_000,
    ],
)
def test_a_line_comes_back_as_it_was_and_on_one_line(cli: Cli, line: str):
    result = cli("match", stdin=f"{line}\n{HOUSE}\n")
    first, second = json_lines(result.stdout)
    assert first["question"] == line
    assert second["entry"] == "nha-o-muc"


def test_lines_of_windows_and_a_last_line_without_an_end_are_read(cli: Cli):
    lines = json_lines(cli("match", stdin=f"{HOUSE}\r\n{REVIEW}".encode()).stdout)
    assert [line["question"] for line in lines] == [HOUSE, REVIEW]


def test_bytes_that_are_no_text_stop_nothing(cli: Cli):
    lines = json_lines(cli("match", stdin=b"a\xff b\n" + HOUSE.encode() + b"\n").stdout)
    assert lines[0]["question"] == "a\ufffd b"
    assert lines[1]["outcome"] == "answer"


def test_a_process_of_its_own_prints_nothing_but_json_and_needs_no_database(hoidap: Run, tmp_path: Path):
    done = hoidap("match", stdin=f"{HOUSE}\na\xff\n".encode("latin-1", "ignore") + HOUSE.encode() + b"\n")
    assert done.returncode == 0, done.stderr
    assert [line["outcome"] for line in json_lines(done.stdout.decode())][-1] == "answer"
    assert done.stderr == b""
    assert not list(tmp_path.rglob("*.db"))


def test_a_base_that_does_not_load_is_described_and_ends_with_1(cli: Cli, tmp_path: Path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.yaml").write_text("- id: a\n  question: Q\n", encoding="utf-8")
    result = cli("match", "--knowledge", "broken", stdin="x\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("a.yaml:1:3: [a] Thiếu trường bắt buộc `answer`")


def test_a_line_of_two_questions_is_read_as_in_chat(cli: Cli):
    both = f"Em mới về xã nhận việc. {HOUSE} {REVIEW}"
    [line] = json_lines(cli("match", stdin=f"{both}\n").stdout)
    assert list(line) == FIELDS
    assert (line["question"], line["outcome"]) == (both, "answer")
    assert {candidate["entry"] for candidate in line["candidates"]} == {"nha-o-muc", "ra-soat-thang"}
    shares = [candidate["confidence"] for candidate in line["candidates"]]
    assert shares == sorted(shares, reverse=True)
    assert shares[1] > 0.9  # each is found by its own sentence

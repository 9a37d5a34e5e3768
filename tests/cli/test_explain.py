"""`hoidap explain`: an expert reads why a question gets what it gets, at 80 columns, and so can a program."""

import json
import re
from pathlib import Path

import pytest
from cli_use import HOUSE, REVIEW, Cli, Run, json_lines

STRANGER = "Xe máy điện có được trợ giá không?"
WIDTH = 80


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch, cli: Cli):
    monkeypatch.setenv("COLUMNS", str(WIDTH))


def explained(cli: Cli, *arguments: str) -> list[str]:
    """Return the lines of a report; they fit the terminal, and hold nothing that it would obey."""
    result = cli("explain", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert [line for line in lines if len(line) > WIDTH] == []
    assert "\x1b" not in result.stdout
    return lines


def section(lines: list[str], heading: str) -> list[str]:
    """Return the lines under a heading."""
    start = next(at for at, line in enumerate(lines) if line.startswith(heading)) + 1
    return lines[start : lines.index("", start)]


def points(rows: list[str]) -> list[float]:
    return [number(found[0]) for row in rows if (found := re.findall(r"[+-]\d+,\d(?!\d)", row))]


def number(written: str) -> float:
    return float(written.replace(",", "."))


class TestAQuestionThatIsAnswered:
    def test_is_said_to_be_with_what_it_took(self, cli: Cli):
        lines = explained(cli, HOUSE)
        assert "TRẢ LỜI NGAY bằng số 1" in lines
        assert "Khả năng đúng của số 1: 99,5 %; ngưỡng trả lời ngay: 99,0 %." in lines
        assert not any("Vì sao chưa" in line for line in lines)

    def test_stands_beside_the_runner_up_each_with_its_nearest_phrasing(self, cli: Cli):
        lines = explained(cli, HOUSE)
        first, second = (lines.index(f"{at}. {text}") for at, text in enumerate(titles(), 1))
        assert lines[first + 1].strip() == f"Cách hỏi gần nhất: “{HOUSE}”"
        assert lines[second + 1].strip() == f"Cách hỏi gần nhất: “{REVIEW}”"

    def test_is_set_against_the_runner_up_feature_by_feature(self, cli: Cli):
        _header, *rows, last, total = section(explained(cli, HOUSE), "Vì sao số 1 chứ không phải số 2")
        assert any(row.startswith("từ trong cách hỏi") and row.count("█") == 10 for row in rows)
        assert any(row.startswith("trùng y một cách hỏi") for row in rows)
        assert points(rows) == sorted(points(rows), reverse=True)
        assert last.startswith("khác (")
        assert total.startswith("Cộng lại +")
        assert total.endswith("lần số 2.")
        assert sum(points([*rows, last])) == pytest.approx(points([total])[0], abs=0.3)


def titles() -> list[str]:
    return [f"{HOUSE} (nha-o-muc)", f"{REVIEW} (ra-soat-thang)"]


class TestAQuestionThatIsNotAnswered:
    def test_is_told_how_far_it_was_from_an_answer(self, cli: Cli):
        lines = explained(cli, STRANGER)
        assert "CHƯA TRẢ LỜI, chuyển chuyên gia" in lines
        assert any(line.startswith("Các mục gần nhất cộng lại: ") for line in lines)
        assert any(line.endswith("; ngưỡng gợi ý: 50,0 %.") for line in lines)

    def test_is_told_what_speaks_for_none_of_them(self, cli: Cli):
        _header, *rows, total, _note = section(explained(cli, STRANGER), "Vì sao chưa trả lời ngay")
        assert rows[0].startswith("mức xuất phát")
        assert points(rows[:1])[0] > 0
        assert re.search(r"không mục nào có khả năng đúng gấp (hơn )?\d+ lần số 1\.$", total)

    def test_names_the_words_that_the_base_does_not_know(self, cli: Cli):
        [line] = [line for line in explained(cli, STRANGER) if line.startswith("Chữ lạ với kho:")]
        assert line.split(":")[1].strip() == "xe, điện, có, được, giá, không"


def test_a_suggestion_is_told_with_both_thresholds(cli: Cli):
    lines = explained(cli, "xây nhà hộ nghèo bao nhiêu")
    assert "ĐƯA GỢI Ý, chưa trả lời ngay" in lines
    assert any(line.endswith("; ngưỡng gợi ý: 50,0 %.") for line in lines)
    assert any(line.startswith("Vì sao chưa trả lời ngay") for line in lines)


@pytest.mark.parametrize("text", [HOUSE, STRANGER, "xin chào", "xin chào rà soát hộ nghèo xây nhà"])
def test_who_shares_the_hundred_per_cent_is_told(cli: Cli, text: str):
    shares = [line.split() for line in explained(cli, text) if re.match(r" *\d+,\d %", line)]
    assert {row[-1] for row in shares[:2]} <= {"nha-o-muc", "ra-soat-thang", "chao"}
    assert [row[-2:] for row in shares[2:]] == [["nhóm", "khác"], ["mục", "nào"]]
    assert sum(number(row[0]) for row in shares) == pytest.approx(100, abs=0.21)
    assert all(abs(row[2].count("█") - number(row[0]) / 5) <= 0.5 for row in shares if number(row[0]) > 2.5)


def test_small_talk_is_explained_by_its_group(cli: Cli):
    lines = explained(cli, "xin chào")
    assert "NGOÀI PHẠM VI: đáp theo nhóm số 1" in lines
    assert "1. Nhóm ngoài phạm vi: chao" in lines
    assert "   Cách hỏi gần nhất: “xin chào”" in lines
    assert not any("Vì sao chưa" in line for line in lines)


def test_what_was_understood_is_written_out_with_its_documents(cli: Cli):
    lines = explained(cli, "TT55 va tt 99/2024/tt-byt noi gi")
    assert "Hiểu là:         55/2023/TT-BTC va TT 99 2024 BYT noi gi" in lines
    assert "Văn bản:         55/2023/TT-BTC, TT 99 2024 BYT (kho chưa có)" in lines


@pytest.mark.parametrize("text", ["", "   ", "?!", "😀"])
def test_a_question_without_words_asks_for_some(cli: Cli, text: str):
    assert explained(cli, text)[0].startswith("Câu hỏi không có chữ nào để tìm.")
    [found] = json_lines(cli("explain", text, "--json").stdout)
    assert (found["classes"], found["outcome"], found["none"]["probability"]) == ([], "unanswered", 1)


@pytest.mark.parametrize("text", ["[/b] nhà", "[red]nhà[/red]", "\x1b[31mnhà", "nh\udcff nhà", "nhà " * 3000])
def test_any_text_is_explained_as_text(cli: Cli, text: str):
    assert any(line.startswith("Hiểu là:") for line in explained(cli, text))


def test_a_base_with_one_entry_has_no_runner_up(cli: Cli, tmp_path: Path):
    base = tmp_path / "one"
    base.mkdir()
    (base / "a.yaml").write_text("- {id: a, question: 'Xây [b]nhà[/b]?', answer: A}\n", encoding="utf-8")
    lines = explained(cli, "xây b nhà b", "--knowledge", str(base))
    assert "1. Xây [b]nhà[/b]? (a)" in lines
    assert not any(line.startswith(("2. ", "Vì sao số 1")) for line in lines)


def test_a_program_reads_the_same_as_json(cli: Cli):
    result = cli("explain", "xây nhà hộ nghèo bao nhiêu", "--json")
    [found] = json_lines(result.stdout)
    [matched] = json_lines(cli("match", stdin="xây nhà hộ nghèo bao nhiêu\n").stdout)
    assert (found["question"], found["outcome"]) == (matched["question"], matched["outcome"])
    entries = [one for one in found["classes"] if one["entry"]]
    assert [one["entry"] for one in entries] == [one["entry"] for one in matched["candidates"]]
    assert entries[0]["probability"] == pytest.approx(matched["confidence"], abs=1e-5)
    assert [one["group"] for one in found["classes"] if not one["entry"]] == ["chao"]
    assert set(found["thresholds"]) == {"answer", "suggest", "off_topic"}
    assert set(entries[0]["features"]) <= set(entries[0]["points"])


def test_in_a_pipe_nothing_but_text_comes_out_and_nothing_is_stored(hoidap: Run, tmp_path: Path):
    done = hoidap("explain", HOUSE, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "answer"
    plain = hoidap("explain", HOUSE)
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert b"\x1b" not in plain.stdout
    assert "TRẢ LỜI NGAY" in plain.stdout.decode()
    assert not list(tmp_path.rglob("*.db"))


def test_a_base_that_does_not_load_is_described_and_ends_with_1(cli: Cli, tmp_path: Path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.yaml").write_text("- id: a\n  question: Q\n", encoding="utf-8")
    result = cli("explain", "x", "--knowledge", "broken")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("a.yaml:1:3: [a] Thiếu trường bắt buộc `answer`")

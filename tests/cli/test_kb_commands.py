"""`hoidap kb`: check says every problem with its place, test says which question went where."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from cli_use import REVIEW, Cli, Run

SCHEMA = Path(__file__).parents[2] / "knowledge" / "schema.json"


WHOLE = """\
- id: nha-o-muc
  topic: nha-o
  question: Mức hỗ trợ xây nhà?
  variants: [nhà 0, nhà 1, nhà 2, nhà 3, nhà 4, nhà 5, nhà 6, nhà 7, nhà 8, nhà 9]
  answer: Tối đa 40 triệu đồng.
  sources: [{document: 55/2023/TT-BTC}]
  status: checked
  updated: 2026-11-01
  evidence: đã đọc 40 triệu đồng
  tests: [hỏi 1, hỏi 2, hỏi 3]
"""


def _whole(tmp_path: Path, text: str = WHOLE) -> None:
    (tmp_path / "base" / "regulations" / "a.yaml").write_text(text, encoding="utf-8")


def test_a_clean_base_is_said_to_be_clean(cli: Cli, tmp_path: Path):
    _whole(tmp_path)
    result = cli("kb", "check")
    assert (result.exit_code, result.stdout) == (0, "Kho sạch: 1 mục, 1 văn bản.\n")
    assert result.stderr == ""


def test_what_only_the_day_brings_is_told_and_the_base_is_clean_all_the_same(cli: Cli, tmp_path: Path):
    _whole(tmp_path, WHOLE.replace("2026-11-01", "2001-01-01") + "  valid_to: 2001-12-31\n")
    result = cli("kb", "check")
    assert (result.exit_code, result.stdout) == (0, "Kho sạch: 1 mục, 1 văn bản.\n")
    warning, count = result.stderr.splitlines()
    assert warning.startswith("regulations/a.yaml:11:13: [nha-o-muc] Mục hết áp dụng sau ngày 31/12/2001")
    assert count == "1 điều nên xem lại."


def test_warnings_are_no_part_of_the_mistakes(cli: Cli, tmp_path: Path):
    ended = WHOLE.replace("2026-11-01", "2001-01-01").replace("topic: nha-o\n", "topic: nha-o\n  x: y\n")
    _whole(
        tmp_path, WHOLE.replace("nha-o-muc", "muc") + ended.replace("nhà", "ở") + "  valid_to: 2001-12-31\n"
    )
    result = cli("kb", "check")
    assert result.exit_code == 1
    assert "1 lỗi." in result.stderr.splitlines()


def test_the_shipped_base_is_clean(cli: Cli):
    result = cli("kb", "check", "-k", str(SCHEMA.parent))
    assert result.exit_code == 0
    assert result.stdout.startswith("Kho sạch: ")


def test_a_broken_base_is_told_problem_by_problem_with_file_line_and_column(hoidap: Run, tmp_path: Path):
    (tmp_path / "base" / "regulations" / "b.yaml").write_text(
        "- id: nha-o-muc\n  question: Lại\n  answer: A\n- id: sai Mã\n  question: Q\n  anwser: A\n"
        "- id: c\n  question: C\n  answer: A\n  see_also: [nha-o-muk]\n",
        encoding="utf-8",
    )
    done = hoidap("kb", "check")
    assert done.returncode == 1
    assert done.stdout == b""
    *lines, count = done.stderr.decode().splitlines()
    assert count == f"{len(lines)} lỗi."
    problems = [line for line in lines if line.startswith("regulations/b.yaml:")]
    places = [line.split(": ")[0] for line in problems]
    assert places == sorted(places, key=lambda place: int(place.split(":")[1]))
    assert {"regulations/b.yaml:1:7", "regulations/b.yaml:4:7", "regulations/b.yaml:6:3"} <= set(places)
    assert any("Có phải ý là “nha-o-muc”?" in line for line in problems)
    assert "Traceback" not in done.stderr.decode()


def test_one_run_tells_every_mistake_also_beside_one_that_keeps_the_base_from_loading(
    cli: Cli, tmp_path: Path
):
    base = tmp_path / "many"
    for name, text in {
        "documents.yaml": "55/2023/TT-BTC: {title: T}\n",
        "topics.yaml": "- {id: nha-o, title: Nhà ở}\n",
        "regulations/a.yaml": """\
- id: sai-truong
  topic: nha-o
  question: Một
  variants: [một a, một b, một 2, một 3, một 4, một 5, một 6, một 7, một 8]
  evidence: E
  tests: [t1, t2, t3]
  anwser: A
  updated: 23/11/2026
  sources: [{document: 55/2024/TT-BTC, dieu: 3}]
- id: co-the
  topic: nha-o
  question: Hai
  variants: [hai a, hai b, MỘT A, hai 3, hai 4, hai 5, hai 6, hai 7, hai 8, hai 9]
  evidence: E
  tests: [u1, u2, u3]
  answer: a<br>b
  sources: [{document: 55/2023/TT-BTC}]
  status: checked
  updated: 2026-11-23
- id: thieu
  topic: nha-o
  question: Ba
  variants: [ba a, ba b, ba c, ba 3, ba 4, ba 5, ba 6, ba 7, ba 8, ba 9]
  evidence: E
  tests: [v1, v2]
  answer: "[x](vbpl.vn)"
  status: checked
  updated: 2026-11-23
""",
    }.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text, encoding="utf-8")
    result = cli("kb", "check", "-k", str(base))
    assert result.exit_code == 1
    *problems, count = result.stderr.splitlines()
    file = "regulations/a.yaml:"
    expected = [  # place, entry, what was found, what to write instead
        ("1:3: [sai-truong] Thiếu trường bắt buộc `answer`.", "Thêm dòng `answer: …`."),
        ("1:3: [sai-truong] Còn thiếu `status`.", "Thêm"),
        ("4:13: [sai-truong] Mới có 9 cách hỏi", "Thêm cho đủ ít nhất 10"),
        ("7:3: [sai-truong] Không có trường nào tên `anwser`.", "“answer”"),
        ("8:12: [sai-truong] `updated` đang là “23/11/2026”.", "2026-11-23"),
        ("9:24: [sai-truong] Không có văn bản “55/2024/TT-BTC”", "“55/2023/TT-BTC”"),
        ("9:40: [sai-truong] Không có trường nào tên `dieu`.", "Sửa tên trường"),
        ("13:28: [co-the] Cách hỏi “MỘT A” đã thuộc “sai-truong” ở regulations/a.yaml:4.", "bỏ ở nơi"),
        ("16:11: [co-the] Có thẻ HTML “<br>”.", "Bỏ thẻ"),
        ("20:3: [thieu] Còn thiếu `sources`.", "Thêm"),
        ("25:10: [thieu] Mới có 2 câu trong `tests`.", "ít nhất 3"),
        ("26:11: [thieu] Liên kết “vbpl.vn”", "Viết đủ địa chỉ"),
    ]
    told = dict(zip(expected, problems, strict=True))
    assert [line for (begins, says), line in told.items() if says not in line] == []
    assert [line for (begins, _), line in told.items() if not line.startswith(file + begins)] == []
    assert count == f"{len(expected)} lỗi."


def test_what_is_only_unfinished_loads_and_is_still_reported(cli: Cli, tmp_path: Path):
    base = tmp_path / "unfinished"
    base.mkdir()
    (base / "a.yaml").write_text("- {id: a, question: Q, answer: A}\n", encoding="utf-8")
    result = cli("kb", "check", "--knowledge", str(base))
    assert result.exit_code == 1
    assert "a.yaml:1:3: [a] Còn thiếu `topic`." in result.stderr


def test_a_directory_that_is_not_there_is_named(cli: Cli):
    result = cli("kb", "check", "-k", "khong-co")
    assert result.exit_code == 1
    assert "Không có thư mục “khong-co”" in result.stderr


def test_schema_is_what_is_committed(cli: Cli):
    result = cli("kb", "schema")
    assert result.stdout == SCHEMA.read_text(encoding="utf-8")
    assert json.loads(result.stdout)["$defs"]["Entry"]


def test_test_names_every_question_that_missed_and_no_other(cli: Cli, file: Path):
    text = file.read_text(encoding="utf-8").replace("phở bò nấu thế nào", REVIEW.lower())
    file.write_text(text, encoding="utf-8")
    result = cli("kb", "test")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line for line in lines if line.startswith("✗ ")] == [f"✗ {REVIEW.lower()}"]
    total = next(line for line in lines if line.strip(" │").startswith("Σ"))
    assert [cell.strip() for cell in total.strip(" │").split("│")][1] == "3"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_test_draws_what_other_thresholds_would_answer_and_marks_the_present_one(cli: Cli):
    lines = cli("kb", "test").stdout.splitlines()
    start = next(
        at for at, line in enumerate(lines) if line.startswith("Nếu đặt ngưỡng trả lời ngay khác đi:")
    )
    assert start > next(at for at, line in enumerate(lines) if line.strip(" │").startswith("Σ"))
    rows = [cells(line) for line in lines[start:] if line.startswith("│")]
    thresholds = [float(row[0].removesuffix(",0 %")) for row in rows]
    assert thresholds == [99, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50, 45, 40, 35, 30]
    answered = [float(row[1].removesuffix(",0 %")) for row in rows]
    assert answered == sorted(answered)
    assert set(answered) <= {0, 50, 100}
    assert {row[2] for row in rows if row[1] == "0,0 %"} <= {"–"}
    assert [row[0] for row in rows if row[3] == "◂ hiện nay"] == ["99,0 %"]


def test_test_says_how_far_confidence_and_truth_lie_apart(cli: Cli):
    *_, last = cli("kb", "test").stdout.splitlines()
    assert re.fullmatch(r"Khả năng đúng nêu ra lệch thực tế trung bình \d+,\d % \(ECE, .*\)\.", last)


def test_a_base_without_tests_says_so_and_ends_with_1(cli: Cli, tmp_path: Path):
    base = tmp_path / "untested"
    base.mkdir()
    (base / "a.yaml").write_text("- {id: a, question: Q, answer: A}\n", encoding="utf-8")
    result = cli("kb", "test", "-k", str(base))
    assert result.exit_code == 1
    assert result.stderr == "Kho chưa có câu nào trong `tests`.\n"


# --- what is asked, and what is asked for ---------------------------------------------------------


def kept(directory: Path, *commands: list[str]) -> None:
    me = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    for command in commands:
        subprocess.run(["git", "-C", str(directory), *me, *command], check=True, capture_output=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a base that git keeps on `main`, where each of two entries has a test."""
    path = tmp_path / "base" / "regulations" / "a.yaml"
    text = path.read_text(encoding="utf-8").rstrip() + "\n  tests: [rà soát hộ nghèo vào tháng nào]\n"
    path.write_text(text, encoding="utf-8")
    kept(tmp_path, ["init", "-b", "main"], ["add", "base"], ["commit", "-m", "một"])
    return path


def test_a_miss_tells_what_won_and_what_spoke_for_it(cli: Cli, file: Path):
    text = file.read_text(encoding="utf-8").replace("phở bò nấu thế nào", REVIEW.lower())
    file.write_text(text, encoding="utf-8")
    lines = cli("kb", "test").stdout.splitlines()
    at = lines.index(f"✗ {REVIEW.lower()}")
    assert lines[at + 1].startswith("    cần: nha-o-muc (hạng ") and "thắng: ra-soat-thang" in lines[at + 1]
    assert re.fullmatch(
        rf"    thắng nhờ: .+ \+\d+,\d(; .+ \+\d+,\d)*; cách hỏi gần nhất: “{re.escape(REVIEW)}”",
        lines[at + 2],
    )


def test_a_miss_between_equals_is_told_as_one(cli: Cli, file: Path):
    text = file.read_text(encoding="utf-8").replace("phở bò nấu thế nào", "hộ nghèo")
    text = text.replace("rà soát hộ nghèo vào tháng nào", "hộ nghèo")  # of the other entry
    file.write_text(text, encoding="utf-8")
    lines = cli("kb", "test").stdout.splitlines()
    [at] = [at for at, line in enumerate(lines) if line == "✗ hộ nghèo"]
    assert lines[at + 2].startswith("    hai bên gần như ngang điểm; cách hỏi gần nhất: “")


def test_only_tests_of_entries_that_changed_are_asked(cli: Cli, file: Path):
    assert cli("kb", "test", "--changed").stdout.startswith("Không có mục nào đổi so với ")
    file.write_text(file.read_text(encoding="utf-8").replace("Tháng 9", "Tháng 10"), encoding="utf-8")
    result = cli("kb", "test", "--changed")
    assert result.exit_code == 0
    assert "1 mục đổi so với" in result.stdout
    total = next(line for line in result.stdout.splitlines() if line.strip(" │").startswith("Σ"))
    assert cells(total)[1] == "1"
    assert "Ngưỡng" not in result.stdout  # a curve over one question says nothing


def test_a_branch_is_compared_with_where_it_left_main_and_a_revision_with_itself(
    cli: Cli, file: Path, tmp_path: Path
):
    file.write_text(file.read_text(encoding="utf-8").replace("Tháng 9", "Tháng 10"), encoding="utf-8")
    kept(tmp_path, ["checkout", "-b", "nhanh"], ["commit", "-am", "hai"])
    assert "1 mục đổi so với" in cli("kb", "test", "--changed").stdout
    result = cli("kb", "test", "--changed", "HEAD")
    assert (result.exit_code, result.stdout) == (0, "Không có mục nào đổi so với HEAD.\n")
    assert cli("kb", "test", "HEAD").exit_code == 2
    assert cli("kb", "test", "--changed", "khong-co").exit_code == 2


def test_a_changed_entry_without_tests_is_told(cli: Cli, file: Path):
    text = file.read_text(encoding="utf-8")
    cut = text.replace("  tests: [rà soát hộ nghèo vào tháng nào]\n", "")
    file.write_text(cut, encoding="utf-8")
    result = cli("kb", "test", "--changed")
    assert (result.exit_code, result.stderr) == (0, "Các mục đã đổi chưa có câu nào trong `tests`.\n")


def test_less_than_was_asked_for_ends_with_1(cli: Cli, file: Path):
    text = file.read_text(encoding="utf-8").replace("phở bò nấu thế nào", REVIEW.lower())
    file.write_text(text, encoding="utf-8")  # one of three is now wrong for sure
    result = cli("kb", "test", "--least", "0.95")
    assert result.exit_code == 1
    assert result.stderr == "Đúng nhất 66,7 %, chưa tới mức đòi hỏi 95,0 %.\n"
    assert cli("kb", "test", "--least", "0.6").exit_code == 0
    assert cli("kb", "test", "--least", "95").exit_code == 2

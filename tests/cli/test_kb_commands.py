"""`hoidap kb`: check says every problem with its place, test says which question went where."""

import json
from pathlib import Path

from cli_use import Cli, Run

SCHEMA = Path(__file__).parents[2] / "knowledge" / "schema.json"


def test_a_clean_base_is_said_to_be_clean(cli: Cli, tmp_path: Path):
    file = tmp_path / "base" / "regulations" / "a.yaml"
    text = file.read_text(encoding="utf-8")
    first, second = text.split("\n- ")
    variants = "\n  variants: [{0} một, {0} hai, {0} ba]\n"
    whole = first + variants.format("nhà") + "- " + second.rstrip() + variants.format("soát")
    file.write_text(whole, encoding="utf-8")
    result = cli("kb", "check")
    assert (result.exit_code, result.stdout) == (0, "Kho sạch: 2 mục, 1 văn bản.\n")


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
    *problems, count = done.stderr.decode().splitlines()
    assert count == f"{len(problems)} lỗi."
    places = [line.split(": ")[0] for line in problems]
    assert places == sorted(places, key=lambda place: int(place.split(":")[1]))
    assert {"regulations/b.yaml:1:7", "regulations/b.yaml:4:7", "regulations/b.yaml:6:3"} <= set(places)
    assert any("Có phải ý là “nha-o-muc”?" in line for line in problems)
    assert "Traceback" not in done.stderr.decode()


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


def test_test_names_every_question_that_missed_and_what_won(cli: Cli):
    result = cli("kb", "test")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    misses = [line for line in lines if line.startswith("✗ ")]
    assert misses in ([], ["✗ phở bò nấu thế nào"])
    if misses:
        assert "cần: nha-o-muc" in lines[lines.index(misses[0]) + 1]
    total = next(line for line in lines if line.strip(" │").startswith("Σ"))
    assert [cell.strip() for cell in total.strip(" │").split("│")][1] == "2"


def test_a_base_without_tests_says_so_and_ends_with_1(cli: Cli, tmp_path: Path):
    base = tmp_path / "untested"
    base.mkdir()
    (base / "a.yaml").write_text("- {id: a, question: Q, answer: A}\n", encoding="utf-8")
    result = cli("kb", "test", "-k", str(base))
    assert result.exit_code == 1
    assert result.stderr == "Kho chưa có câu nào trong `tests`.\n"

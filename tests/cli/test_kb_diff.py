"""`hoidap kb diff`: two directories, or what git keeps, told so that a reviewer sees figures first."""

from pathlib import Path

import pytest
from cli_use import Cli, Run, git


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The base in a work tree, with two versions before the one on the disk."""
    git(tmp_path, "init", "-b", "main")
    file = tmp_path / "base" / "regulations" / "a.yaml"
    git(tmp_path, "add", "base")
    git(tmp_path, "commit", "-m", "một")
    file.write_text(file.read_text(encoding="utf-8").replace("40 triệu", "50 triệu"), encoding="utf-8")
    git(tmp_path, "commit", "-am", "hai")
    file.write_text(file.read_text(encoding="utf-8").replace("50 triệu", "60 triệu"), encoding="utf-8")
    return file


def test_the_present_base_is_compared_with_what_git_keeps(cli: Cli, kept: Path):
    result = cli("kb", "diff", "HEAD~1")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "~ nha-o-muc: Mức hỗ trợ xây nhà cho hộ nghèo là bao nhiêu?",
        "    ⚠ con số: 40 triệu → 60 triệu",
        "    answer: **40 triệu** đồng. → **60 triệu** đồng.",
        "Mục: 0 thêm, 0 bỏ, 0 đổi mã, 1 sửa (1 có con số đổi). Tệp dùng chung: 0 hàng đổi.",
    ]


def test_two_revisions_are_compared(cli: Cli, kept: Path):
    assert "con số: 50 triệu → 40 triệu" in cli("kb", "diff", "HEAD", "HEAD~1").stdout


def test_a_long_answer_shows_the_words_that_changed_and_what_is_around_them(
    cli: Cli, kept: Path, tmp_path: Path
):
    long = "Một câu dài. " * 20
    kept.write_text(
        kept.read_text(encoding="utf-8").replace("Tháng 9.", f"{long}Tháng 9. {long}"), encoding="utf-8"
    )
    git(tmp_path, "commit", "-am", "dài")
    kept.write_text(kept.read_text(encoding="utf-8").replace("Tháng 9", "Tháng 10"), encoding="utf-8")
    [line] = [line for line in cli("kb", "diff", "HEAD").stdout.splitlines() if "answer" in line]
    assert "dài. Tháng [-9-]{+10+}. Một câu" in line
    assert len(line) < 120


def test_with_exit_code_it_ends_like_diff(cli: Cli, kept: Path, tmp_path: Path):
    assert cli("kb", "diff", "HEAD", "--exit-code").exit_code == 1
    assert cli("kb", "diff", str(tmp_path / "base"), "--exit-code").exit_code == 0
    assert cli("kb", "diff", str(tmp_path / "base")).stdout == "Không có gì thay đổi.\n"


@pytest.mark.parametrize("revision", ["khong-co", "--output=x", "HEAD~99"])
def test_a_revision_that_is_not_there_is_told(cli: Cli, kept: Path, tmp_path: Path, revision: str):
    result = cli("kb", "diff", "--", revision)
    assert result.exit_code == 2
    assert f"Git không có bản “{revision}”" in result.stderr
    assert not (tmp_path / "x").exists()


def test_a_revision_before_the_base_is_told(cli: Cli, kept: Path, tmp_path: Path):
    git(tmp_path, "checkout", "--orphan", "trong")
    git(tmp_path, "commit", "--allow-empty", "-m", "trống", "--only")
    assert "chưa có thư mục tri thức này" in cli("kb", "diff", "trong").stderr


def test_outside_git_a_revision_is_told_to_be_none(cli: Cli):
    result = cli("kb", "diff", "HEAD")
    assert result.exit_code == 2
    assert "không nằm trong kho git" in result.stderr


def test_without_git_on_the_machine_that_is_told(hoidap: Run):
    done = hoidap("kb", "diff", "HEAD", PATH="/khong-co")
    assert done.returncode == 2
    assert "chưa có git" in done.stderr.decode()


def test_a_version_that_is_broken_is_named_with_its_problems(cli: Cli, kept: Path):
    kept.write_text("- {id: a}\n", encoding="utf-8")
    result = cli("kb", "diff", "HEAD")
    assert result.exit_code == 2
    assert "không nạp được" in result.stderr and "regulations/a.yaml:1:3" in result.stderr

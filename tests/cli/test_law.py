"""`hoidap law`: a regulation's text into the base, listed, shown; what is wrong is told with its line."""

from pathlib import Path

import pytest
from cli_use import Cli

from bot.kb import load

TEXT = """\
Thông tư số 55/2023/TT-BTC

Điều 74. Mức hỗ trợ
1. Xây mới tối đa 40.000.000 đồng/hộ.
2. Điều kiện:
a) Một;
đ) Hai.

Điều 76. Cơ chế
Trả làm hai lần./.
Nơi nhận:
- Bộ.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tt-55.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def kept(tmp_path: Path) -> bytes:
    return (tmp_path / "base" / "law" / "55-2023-tt-btc.yaml").read_bytes()


def test_a_text_is_added_and_what_was_left_out_is_told(cli: Cli, tmp_path: Path, file: Path):
    result = cli("law", "add", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "law/55-2023-tt-btc.yaml: 2 điều, 2 khoản, 2 điểm."
    assert [line for line in lines if "dòng 1-1" in line] and [line for line in lines if "dòng 11-12" in line]
    assert any("sau Điều 74 đến trước Điều 76" in line for line in lines)
    assert any(
        "tt-55.txt:7:1" in line and "đ) Hai" in line for line in lines
    )  # points b, c and d are missing
    assert set(load(tmp_path / "base").law) == {"55/2023/TT-BTC"}


def test_the_same_file_again_changes_no_byte_and_keeps_what_was_said_of_it(
    cli: Cli, tmp_path: Path, file: Path
):
    cli("law", "add", str(file), "--source", "Công báo", "--note", "Chưa gộp sửa đổi.")
    before = kept(tmp_path)
    assert b"note:" in before
    assert "không đổi" in cli("law", "add", str(file)).stdout
    assert kept(tmp_path) == before
    file.write_text(TEXT.replace("40.000.000", "60.000.000"), encoding="utf-8")
    cli("law", "add", str(file))
    assert b"60.000.000" in kept(tmp_path) and b"note:" not in kept(tmp_path)


def test_list_and_show(cli: Cli, file: Path):
    assert "law add" in cli("law", "list").stdout
    cli("law", "add", str(file))
    assert "55/2023/TT-BTC" in cli("law", "list").stdout
    shown = cli("law", "show", "khoản 1 Điều 74", "TT", "55/2023")
    assert shown.exit_code == 0
    assert "1. Xây mới tối đa 40.000.000 đồng/hộ." in shown.stdout and "Trích nguyên văn" in shown.stdout
    assert "2. Điều kiện" not in shown.stdout
    assert "đ) Hai." in cli("law", "show", "điểm", "đ", "khoản", "2", "Điều", "74", "tt55/2023").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("khoản 9 Điều 74", "TT 55/2023"), "Điều 74 có: 1, 2"),
        (("Điều 74",), "55/2023/TT-BTC"),
        (("Điều 74", "TT 99/2020"), "55/2023/TT-BTC"),
        (("TT 55/2023",), "Viết điều khoản"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(cli: Cli, file: Path, arguments: tuple[str, ...], told: str):
    cli("law", "add", str(file))
    result = cli("law", "show", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("text", "told", "code"),
    [
        (TEXT.replace("55/2023/TT-BTC", "này"), "--document", 2),
        (TEXT.replace("55/2023", "56/2023"), "documents.yaml", 2),
        (TEXT.replace("Điều 76", "Điều 74"), "tt-55.txt:9:1", 1),
        (TEXT.replace("2. Điều kiện:", "2. “Điều kiện:"), "tt-55.txt:5:1", 1),
        ("không", "Điều 1. Phạm vi điều chỉnh", 1),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing(
    cli: Cli, tmp_path: Path, file: Path, text: str, told: str, code: int
):
    file.write_text(text, encoding="utf-8")
    result = cli("law", "add", str(file))
    assert result.exit_code == code
    assert told in result.stderr
    assert not (tmp_path / "base" / "law").exists()

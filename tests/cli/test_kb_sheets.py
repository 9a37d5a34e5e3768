"""`hoidap kb export` and `hoidap kb import`: shown first, and written only when that is meant."""

from pathlib import Path

import pytest
from cli_use import Cli, Run
from openpyxl import load_workbook

HEAD = "id,answer\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "base" / "regulations" / "a.yaml"


@pytest.mark.parametrize("name", ["kho.xlsx", "kho.csv"])
def test_what_is_exported_can_be_imported_and_changes_nothing(
    cli: Cli, tmp_path: Path, file: Path, name: str
):
    before = file.read_bytes()
    result = cli("kb", "export", f"--{name[-4:].strip('.')}", name)
    assert (result.exit_code, result.stdout) == (0, f"Đã xuất 2 mục ra {name}.\n")
    result = cli("kb", "import", name, "--write")
    assert (result.exit_code, result.stdout) == (0, "Không có gì thay đổi.\n")
    assert file.read_bytes() == before


def test_an_edited_sheet_is_shown_and_nothing_is_written(cli: Cli, tmp_path: Path, file: Path):
    before = file.read_bytes()
    cli("kb", "export", "--xlsx", "kho.xlsx")
    book = load_workbook(tmp_path / "kho.xlsx")
    row = [cell.value for cell in book.active[1]].index("Câu trả lời (answer)") + 1
    book.active.cell(2, row).value = "**60 triệu** đồng."
    book.save(tmp_path / "kho.xlsx")
    result = cli("kb", "import", "kho.xlsx")
    assert result.exit_code == 0
    assert "~ nha-o-muc:" in result.stdout and "⚠ con số: 40 triệu → 60 triệu" in result.stdout
    assert "Câu trả lời nêu “60 triệu đồng” mà" in result.stderr
    assert result.stderr.endswith("\nChưa ghi gì. Chạy lại với --write để ghi.\n")
    assert file.read_bytes() == before
    assert cli("kb", "import", "kho.xlsx", "--write").stdout.endswith("Đã ghi regulations/a.yaml.\n")
    assert "60 triệu" in file.read_text(encoding="utf-8")


def test_what_the_sheet_leaves_unfinished_is_told(cli: Cli, tmp_path: Path):
    (tmp_path / "moi.csv").write_text(
        "id,category,topic,question,answer\n,practices,nha-o,Câu mới?,Mới\n", encoding="utf-8"
    )
    result = cli("kb", "import", "moi.csv", "--write")
    assert "+ cau-moi: Câu mới?" in result.stdout
    assert "practices/nha-o.yaml:2:3: [cau-moi] Còn thiếu `sources`." in result.stderr
    assert "Còn thiếu `sources`" in cli("kb", "check").stderr


def test_what_an_unfinished_entry_comes_to_lack_besides_is_told_alone(cli: Cli, tmp_path: Path):
    assert "[nha-o-muc] Còn thiếu `evidence`" in cli("kb", "check").stderr
    (tmp_path / "bo.csv").write_text("id,topic\nnha-o-muc,\n", encoding="utf-8")
    told = cli("kb", "import", "bo.csv").stderr
    assert "[nha-o-muc] Còn thiếu `topic`" in told
    assert "evidence" not in told


def test_mistakes_end_with_1_and_their_cells(cli: Cli, tmp_path: Path, file: Path):
    before = file.read_bytes()
    (tmp_path / "sai.csv").write_text("id,valid_to,x\nnha-o-muc,mai,\nnha-o-muk,,\n", encoding="utf-8")
    result = cli("kb", "import", "sai.csv", "--write")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "sai.csv, hàng 1, cột C: Không có cột nào tên “x”." in result.stderr
    (tmp_path / "sai.csv").write_text("id,valid_to\nnha-o-muc,mai\nnha-o-muk,\n", encoding="utf-8")
    *told, count = cli("kb", "import", "sai.csv", "--write").stderr.splitlines()
    assert told[0].startswith("sai.csv, hàng 2, cột B: [nha-o-muc] `valid_to` đang là “mai”.")
    assert told[1].startswith("sai.csv, hàng 3, cột A: Kho không có mục nào mã “nha-o-muk”.")
    assert told[1].endswith("Có phải ý là “nha-o-muc”?")
    assert count == "2 lỗi."
    assert file.read_bytes() == before


def test_a_sheet_that_is_not_there_ends_with_2(cli: Cli):
    result = cli("kb", "import", "khong-co.xlsx")
    assert result.exit_code == 2
    assert result.stderr == "Không có tệp hay thư mục khong-co.xlsx. Kiểm tra lại tên và đường dẫn.\n"
    assert cli("kb", "export", "--csv", "base").stderr == "base là một thư mục. Viết tên một tệp.\n"


def test_a_sheet_gives_the_terminal_no_orders(cli: Cli, tmp_path: Path):
    (tmp_path / "doc.csv").write_text("id,\x1b]0;x\x07\x1b[2Janswer\nx,y\n", encoding="utf-8")
    result = cli("kb", "import", "doc.csv")
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr


def test_an_export_never_takes_the_place_of_a_file_unless_that_is_meant(cli: Cli, tmp_path: Path):
    edited = Path("kho.csv")
    cli("kb", "export", "--csv", "kho.csv")
    edited.write_bytes(edited.read_bytes() + b"# hours of work")
    worked_on = edited.read_bytes()
    refused = cli("kb", "export", "--csv", "kho.csv")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Đã có tệp kho.csv")
    assert edited.read_bytes() == worked_on
    assert cli("kb", "export", "--csv", "kho.csv", "--overwrite").exit_code == 0
    assert edited.read_bytes() != worked_on


def test_export_wants_one_place(cli: Cli):
    assert cli("kb", "export").exit_code == 2
    assert cli("kb", "export", "--xlsx", "a.xlsx", "--csv", "a.csv").exit_code == 2


@pytest.mark.parametrize(
    ("typed", "is_written"), [("c\n", True), ("Có\n", True), ("y\n", True), ("\n", False), ("không\n", False)]
)
def test_at_a_terminal_it_asks(at_terminal: Run, tmp_path: Path, file: Path, typed: str, is_written: bool):
    (tmp_path / "t.csv").write_text(f"{HEAD}ra-soat-thang,Tháng 10.\n", encoding="utf-8")
    done = at_terminal("kb", "import", "t.csv", stdin=typed.encode())
    assert done.returncode == 0
    assert "Ghi những thay đổi này vào kho?" in done.stdout.decode()
    assert ("Tháng 10" in file.read_text(encoding="utf-8")) is is_written

"""`hoidap kb stats`: a table for people, one JSON for programs."""

from pathlib import Path

import pytest
from cli_use import Cli, json_lines


def test_people_get_a_table_and_what_runs_out(cli: Cli, tmp_path: Path):
    file = tmp_path / "base" / "regulations" / "a.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "  status: checked", "  valid_to: 2020-01-31\n  status: checked", 1
    )
    file.write_text(text, encoding="utf-8")
    (tmp_path / "base" / "topics.yaml").write_text(
        "- {id: nha-o, title: Nhà ở, project: 4, subproject: 2}\n", encoding="utf-8"
    )
    lines = cli("kb", "stats").stdout.splitlines()
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert rows[0][:4] == ["4.2", "Nhà ở", "2", "2"]
    assert rows[1][:3] == ["", "Σ", "2"]
    assert "Tình trạng: 0 draft, 2 checked, 0 approved; 0 mục chưa viết câu trả lời." in lines
    assert "1 văn bản, 0 hàng chữ tắt, 1 nhóm ngoài phạm vi với 2 câu mẫu." in lines
    assert rows[-1] == ["31/01/2020", "đã hết", "", "nha-o-muc"]


def test_a_title_stays_readable_in_a_narrow_terminal(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    title = "Nhà cho hộ nghèo"
    (tmp_path / "base" / "topics.yaml").write_text(f"- {{id: nha-o, title: {title}}}\n", encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")
    printed = cli("kb", "stats").stdout
    assert f"│ {title} " in printed
    assert max(map(len, printed.splitlines()[:8])) <= 80


def test_programs_get_one_json(cli: Cli):
    [stats] = json_lines(cli("kb", "stats", "--json").stdout)
    assert stats["total"]["entries"] == 2
    assert stats["topics"][0]["name"] == "nha-o"
    assert stats["statuses"] == {"draft": 0, "checked": 2, "approved": 0}
    assert stats["endings"] == []

"""What the terminal prints for people: lists that stay short, Vietnam's time, what to type next."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cli_use import HOUSE, Cli, json_lines

STRANGER = "Xe máy điện có được trợ giá không?"
HINT = "đúng · sai · chuyên gia"


def table(printed: str) -> list[list[str]]:
    """Return the cells of a printed table; what is wrapped is put together again."""
    rows: list[list[str]] = []
    for line in printed.replace("┃", "│").splitlines():
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        if line.startswith("│") and cells[0]:
            rows.append(cells)
        elif line.startswith("│"):
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], cells, strict=True)]
    return rows


def test_a_pasted_document_is_cut_in_the_list_and_whole_where_it_is_shown(cli: Cli):
    pasted = "xe máy điện " * 120
    cli("ask", pasted)
    _header, row = table(cli("unanswered", "list").stdout)
    assert row[-1].startswith("xe máy điện xe máy điện") and row[-1].endswith("…")
    assert len(row[-1]) <= 160
    [whole] = json_lines(cli("unanswered", "list", "--json").stdout)
    assert whole["question"].split() == pasted.split()


def test_the_list_tells_the_time_in_vietnam_and_says_so(cli: Cli, tmp_path: Path):
    cli("ask", STRANGER)
    with closing(sqlite3.connect(tmp_path / "var" / "hoidap.db")) as database, database:
        database.execute("UPDATE waiting SET asked_at = '2026-11-23 18:30:00.000000'")
    header, row = table(cli("unanswered", "list").stdout)
    assert header[2] == "Gần nhất (giờ Việt Nam)"
    assert row[2] == "24/11/2026 01:30"


def test_under_an_answer_in_a_pipe_stands_how_to_judge_it(cli: Cli):
    said = cli("ask", stdin=f"{HOUSE}\n/dung\n{STRANGER}\n/chude\n").stdout
    assert said.count(HINT) == 1
    assert said.index("Mã nha-o-muc") < said.index(HINT) < said.index("Cảm ơn anh/chị đã xác nhận.")

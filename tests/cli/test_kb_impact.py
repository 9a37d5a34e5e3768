"""`hoidap kb impact`: what rests on a document, from sources to tests, and putting it before the experts."""

import json
from pathlib import Path

import pytest
from cli_use import Cli, json_lines

from bot.phrases import say

NEWER = "60/2026/TT-BTC"


@pytest.fixture(autouse=True)
def _base(tmp_path: Path, cli: Cli) -> None:
    """Two circulars of one number; entries that cite the one, name it in each place, or do neither."""
    (tmp_path / "base" / "documents.yaml").write_text(
        """\
55/2023/TT-BTC: {title: Kinh phí, kind: Thông tư, issued: 2023-08-15, effective: 2023-08-15}
112/2025/TT-BTC: {title: Sửa, issued: 2025-11-28, amends: [55/2023/TT-BTC]}
55/2019/TT-BYT: {title: Khác}
""",
        encoding="utf-8",
    )
    (tmp_path / "base" / "regulations" / "a.yaml").write_text(
        """\
- id: dan
  question: Được bao nhiêu tiền?
  answer: Một.
  sources: [{document: 55/2023/TT-BTC, at: Điều 74}]
- id: dan-ca-hai
  question: Mấy ngày?
  answer: Hai.
  sources: [{document: 55/2023/TT-BTC}, {document: 112/2025/TT-BTC}]
- id: neu
  question: Xã làm gì?
  answer: Theo Thông tư 55/2023/TT-BTC.
  tests: [tt 55/2023 thi xa lam gi, xa lam gi]
- {id: hoi, question: Ai ký?, variants: ["thông tư số 55 năm 2023 của btc ai ký"], answer: Bốn.}
- {id: khac, question: Tiêm mấy mũi theo TT 55/2019/TT-BYT?, answer: Có 55 mũi.}
""",
        encoding="utf-8",
    )


def test_every_place_that_rests_on_it_is_listed_and_no_other(cli: Cli):
    result = cli("kb", "impact", "55/2023/TT-BTC", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    found = {one["id"]: one for one in told["entries"]}
    assert list(found) == ["dan", "dan-ca-hai", "neu", "hoi"], "those that cite it first"
    assert (found["dan"]["at"], found["dan-ca-hai"]["knows"]) == (["Điều 74"], ["112/2025/TT-BTC"])
    assert found["neu"]["answer"] is True
    assert found["neu"]["tests"] == ["tt 55/2023 thi xa lam gi"]
    assert found["hoi"]["phrasings"] == ["thông tư số 55 năm 2023 của btc ai ký"]
    assert (told["state"], told["replaced_by"]) == ("in_force", [])


@pytest.mark.parametrize("typed", ["tt 55/2023", "55/2023", "thông tư số 55/2023/TT-BTC"])
def test_a_number_may_be_typed_as_in_a_question(cli: Cli, typed: str):
    assert json.loads(cli("kb", "impact", typed, "--json").stdout)["document"] == "55/2023/TT-BTC"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("55", say("impact.several", number="55", documents="55/2023/TT-BTC, 55/2019/TT-BYT")),
        ("9/1999/NĐ-CP", say("impact.unknown", number="9/1999/NĐ-CP")),
    ],
)
def test_what_is_no_one_document_is_told(cli: Cli, typed: str, told: str):
    result = cli("kb", "impact", typed)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip() == told


def test_a_pipe_gets_a_line_an_entry_and_a_sum(cli: Cli):
    lines = cli("kb", "impact", "55/2023/TT-BTC").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines if "\t" in line] == ["dan", "dan-ca-hai", "neu", "hoi"]
    assert lines[-1] == say("impact.total", entries=4, cited=2, phrasings=1, tests=1)


def test_each_is_put_before_the_experts_once_but_for_who_cites_the_newer_one(cli: Cli):
    arguments = ("kb", "impact", "tt 55/2023", "--replaced-by", "112/2025/TT-BTC", "--queue")
    assert say("impact.queued", opened=3, known=0) in cli(*arguments).stderr
    assert say("impact.queued", opened=0, known=3) in cli(*arguments).stderr
    waiting = json_lines(cli("unanswered", "due", "--json").stdout)
    assert [(one["entry"], one["cause"]) for one in waiting] == [
        ("dan", "112/2025/TT-BTC"),
        ("neu", "112/2025/TT-BTC"),
        ("hoi", "112/2025/TT-BTC"),
    ]


def test_an_expert_settles_them_with_a_reason(cli: Cli):
    cli("kb", "impact", "55/2023/TT-BTC", "--replaced-by", NEWER, "--queue")
    first, *others = json_lines(cli("unanswered", "due", "--json").stdout)
    assert first["cause"] == NEWER, "a document that the base does not have yet"
    settled = cli("unanswered", "right", str(first["id"]), "--note", "Mức không đổi", "--by", "lan")
    assert settled.exit_code == 0
    assert json_lines(cli("unanswered", "due", "--json").stdout) == others
    again = cli("unanswered", "right", str(first["id"]), "--note", "x")
    assert (again.exit_code, again.stderr.strip()) == (1, say("conflict.reread", by="lan"))
    assert cli("unanswered", "right", "999", "--note", "x").stderr.strip() == say("conflict.no_rereading")
    assert "dan-ca-hai" in cli("unanswered", "due").stdout

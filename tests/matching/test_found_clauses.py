"""Clauses for questions without an answer: found by the law's words and officers', shown only when sure."""

import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest
from matching_bases import write

from bot.domain import Wishes
from bot.kb import Knowledge, load
from bot.live import Brain
from bot.matching import Clauses, build
from bot.matching.clauses import Trial, build_clauses
from bot.matching.material import material, normaliser
from bot.normalise.provisions import Provision

TEXT = """\
Mục 5. NHÀ Ở
Điều 1. Mức hỗ trợ nhà ở
1. Ngân sách hỗ trợ xây mới nhà ở cho hộ nghèo.
2. Điều kiện hỗ trợ do tỉnh quy định.
Điều 2. Nước sinh hoạt phân tán
Hộ được cấp bồn, téc, lu chứa nước.
Điều 3. Hiệu lực thi hành
"""


def finder(place: Path, entries: list[dict[str, object]]) -> tuple[Clauses | None, Knowledge]:
    law = "".join(f"  {line}\n" for line in TEXT.splitlines())
    head = f"document: 5/2023/TT-BTC\nsource: S\ntaken: 2026-01-01\nsha256: '{'0' * 64}'\ntext: |\n"
    files: Mapping[str, object] = {"a.yaml": entries, "documents.yaml": {"5/2023/TT-BTC": {"title": "T"}}}
    directory = write(place, files)  # type: ignore[arg-type]
    (directory / "law").mkdir(exist_ok=True)
    (directory / "law" / "5-2023-tt-btc.yaml").write_text(head + law, encoding="utf-8")
    knowledge = load(directory)
    normalise = normaliser(knowledge)
    return build_clauses(knowledge, material(knowledge, normalise).phrasings, normalise), knowledge


def first(clauses: Clauses | None, knowledge: Knowledge, text: str) -> str:
    assert clauses
    orders, _, _ = clauses.ranked([normaliser(knowledge)(text)])
    return clauses.places[orders[0, 0]][1].key


PLAIN: list[dict[str, object]] = [{"id": "a", "question": "Chào?", "answer": "Chào."}]


def test_what_is_found_are_clauses_and_undivided_articles_but_no_mere_titles(tmp_path: Path):
    clauses, knowledge = finder(tmp_path, PLAIN)
    assert clauses
    assert [at for _, at in clauses.places] == [Provision("1", "1"), Provision("1", "2"), Provision("2")]
    assert first(clauses, knowledge, "cap bon nuoc cho ho ngheo") == "2"
    assert first(clauses, knowledge, "xây mới nhà ở hộ nghèo được bao nhiêu") == "1-1"


def test_officers_words_lead_to_what_an_entry_cites(tmp_path: Path):
    asked = {"id": "a", "question": "Cất chòi tạm thì xin ở đâu?", "answer": "Ở xã."}
    cited = {**asked, "sources": [{"document": "5/2023/TT-BTC", "at": "khoản 2 Điều 1"}]}
    assert first(*finder(tmp_path, [cited]), "cất chòi tạm") == "1-2"
    clauses, knowledge = finder(tmp_path, [asked])
    assert clauses and clauses.ranked([normaliser(knowledge)("cất chòi tạm")]).sureness[0] == 0


def test_too_few_tests_mean_that_nothing_is_shown(tmp_path: Path):
    clauses, knowledge = finder(tmp_path, PLAIN)
    assert clauses and clauses.trial == Trial()
    assert clauses.near(normaliser(knowledge)("xây mới nhà ở cho hộ nghèo")) == ()


def test_a_base_without_law_has_none(tmp_path: Path):
    assert build(load(write(tmp_path, {"a.yaml": PLAIN})), Wishes()).clauses is None


class TestTheShippedBase:
    @pytest.fixture
    def clauses(self, shipped: Brain) -> Clauses:
        assert shipped.matcher.clauses
        return shipped.matcher.clauses

    def test_finds_the_cited_clause_without_its_entry(self, clauses: Clauses):
        trial = clauses.trial
        assert trial.asked >= 500
        assert trial.third >= 0.6 * trial.asked, trial
        assert trial.third_article >= 0.75 * trial.asked, trial

    def test_shows_some_and_mostly_rightly(self, clauses: Clauses):
        assert clauses.trial.shown >= 50
        assert clauses.trial.right >= 0.6 * clauses.trial.shown, clauses.trial

    def test_shows_what_the_question_is_about_however_it_is_typed(self, clauses: Clauses, shipped: Brain):
        normalise = normaliser(shipped.knowledge)
        for text in (
            "bố trí dân xen ghép thì xã tiếp nhận được mấy triệu mỗi hộ",
            "bo tri dan xen ghep thi xa tiep nhan duoc may trieu moi ho",
        ):
            assert ("55/2023/TT-BTC", Provision("8")) in clauses.near(normalise(text))

    @pytest.mark.parametrize(
        "text", ["", "   ", "phở bò nấu thế nào", "asdf qwer", "may in bi ket giay", "😀"]
    )
    def test_shows_nothing_for_what_no_law_is_about(self, clauses: Clauses, shipped: Brain, text: str):
        assert clauses.near(normaliser(shipped.knowledge)(text)) == ()

    def test_a_question_that_names_a_document_gets_that_document(self, clauses: Clauses, shipped: Brain):
        normalise = normaliser(shipped.knowledge)
        for number in ("55/2023/TT-BTC", "60/2026/TT-BTC"):
            orders, *_ = clauses.ranked([normalise(f"điều khoản chuyển tiếp của {number} quy định gì")])
            assert {clauses.places[at][0] for at in orders[0, :3]} == {number}

    def test_survives_being_kept(self, clauses: Clauses, shipped: Brain):
        again = pickle.loads(pickle.dumps(clauses))
        question = normaliser(shipped.knowledge)("bố trí dân xen ghép thì xã tiếp nhận được mấy triệu mỗi hộ")
        assert again.near(question) == clauses.near(question) != ()

"""The matcher on bases of every size: the same every time, never from `tests`, and modest about strangers."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_bases import SHIPPED, Rows, bare, cut, telex, write

from bot.decide import decide
from bot.domain import Verdict, Wishes
from bot.kb import Knowledge, load
from bot.matching import Matcher, build

Build = Callable[[Mapping[str, Rows]], Matcher]

ASKED = [
    "xây nhà được mấy triệu",
    "tt55 còn hiệu lực không",
    "hoox trowj nha o cho hn",
    "rà soát hộ nghèo tháng mấy",
    "cách nấu phở bò",
    "",
    "vốn kéo dài đến khi nào",
]
WORDS = ["hộ", "nghèo", "nhà", "ở", "vốn", "tt55", "2025", "?", "xyz"]
REPORT = """
import json, sys
from pathlib import Path
from bot.domain import Wishes
from bot.kb import load
from bot.matching import build
matcher = build(load(Path(sys.argv[1])), Wishes())
thresholds = matcher.thresholds
out = [[round(value, 6) for value in (thresholds.answer, thresholds.suggest, thresholds.off_topic)]]
for text in json.loads(sys.argv[2]):
    match = matcher.match(text)
    out.append([[one.entry, round(one.confidence, 6)] for one in match.candidates])
print(json.dumps(out))
"""


def asked_in_a_process(base: Path, seed: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", REPORT, str(base), json.dumps(ASKED)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_same_base_gives_the_same_answers_in_every_process(tmp_path: Path):
    base = write(tmp_path / "base", {"a.yaml": cut(load(SHIPPED), 18)})
    processes = [asked_in_a_process(base, seed) for seed in ("0", "4242")]
    first, again = (json.loads(process.communicate(timeout=100)[0]) for process in processes)
    assert len(first) == len(ASKED) + 1
    assert first == again


def test_the_order_of_files_and_entries_does_not_matter(middling: Knowledge):
    backwards = dict(reversed(middling.entries.items()))
    there, back = build(middling, Wishes()), build(replace(middling, entries=backwards), Wishes())
    assert everything_said(there, ASKED) == everything_said(back, ASKED)


def everything_said(matcher: Matcher, texts: list[str]) -> list[object]:
    return [matcher.thresholds, *((match.candidates, match.group) for match in map(matcher.match, texts))]


def test_the_thresholds_follow_from_what_may_be_borne(middling: Knowledge):
    strict, usual, lax = (
        build(middling, Wishes(wrong, vain)).thresholds
        for wrong, vain in ((0.001, 0.0), (0.02, 0.4), (0.2, 0.9))
    )
    assert strict.answer > usual.answer > lax.answer
    assert strict.suggest > 1 > usual.suggest > lax.suggest


def test_tests_are_never_learned_from(middling: Knowledge):
    told = {
        key: entry.model_copy(update={"tests": (f"{entry.question} nói lại", f"câu thử {key}", *ASKED[:1])})
        for key, entry in middling.entries.items()
    }
    asked = [*ASKED, *(text for entry in told.values() for text in entry.tests)]
    before, after = build(middling, Wishes()), build(replace(middling, entries=told), Wishes())
    assert everything_said(before, asked) == everything_said(after, asked)


@pytest.fixture(scope="module")
def matcher(middling: Knowledge) -> Matcher:
    return build(middling, Wishes())


@settings(max_examples=100)
@given(st.text(max_size=100) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_gets_probabilities(matcher: Matcher, text: str):
    match = matcher.match(text)
    shares = [candidate.confidence for candidate in match.candidates]
    assert len(shares) <= 4
    assert all(0 <= share <= 1 for share in shares)
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1 + 1e-6 or shares[0] >= 0.995
    assert 0 <= match.helpful <= 1
    assert decide(match, matcher.thresholds) in Verdict


HOUSE = {"id": "nha-o", "question": "Mức hỗ trợ xây nhà cho hộ nghèo là bao nhiêu?", "answer": "40 triệu."}
REVIEW = {"id": "ra-soat", "question": "Rà soát hộ nghèo định kỳ vào tháng mấy?", "answer": "Tháng 9."}
SMALL_TALK = {"group": "chao", "small_talk": True, "reply": "Chào!", "examples": ["xin chào", "chào bot"]}
TINY = {
    "one entry": {"a.yaml": [HOUSE]},
    "two entries": {"a.yaml": [HOUSE, REVIEW]},
    "two entries in two files": {"b.yaml": [HOUSE], "a.yaml": [REVIEW]},
    "one entry and small talk": {"a.yaml": [HOUSE], "off_topic.yaml": [SMALL_TALK]},
    "one entry that denies a question": {"a.yaml": [{**HOUSE, "not_this": ["xây nhà cho hộ cận nghèo"]}]},
}


@pytest.mark.parametrize("size", TINY)
class TestATinyBase:
    @pytest.mark.parametrize("typed", [str, str.upper, bare, telex])
    def test_answers_its_own_question(self, matcher_of: Build, size: str, typed: Callable[[str], str]):
        matcher = matcher_of(TINY[size])
        match = matcher.match(typed(str(HOUSE["question"])))
        assert match.candidates[0].entry == "nha-o"
        assert decide(match, matcher.thresholds) is Verdict.ANSWER

    @pytest.mark.parametrize(
        "stranger", ["cách nấu phở bò", "asdf qwer", "giá vàng hôm nay", "cấp hộ chiếu", "1", "nhà hàng"]
    )
    def test_abstains_on_strangers(self, matcher_of: Build, size: str, stranger: str):
        matcher = matcher_of(TINY[size])
        assert decide(matcher.match(stranger), matcher.thresholds) in (Verdict.UNANSWERED, Verdict.OFF_TOPIC)


FEW = {
    "nha-o": ["xây nhà được mấy triệu", "tiền làm nhà hộ nghèo", "hỗ trợ làm nhà bao nhiêu"],
    "ra-soat": ["tháng nào rà soát", "lịch rà soát hộ nghèo", "khi nào rà soát"],
}


@pytest.mark.parametrize("stranger", ["Phở bò nấu thế nào?", "Xe máy điện có được trợ giá không?"])
def test_two_entries_with_variants_abstain_on_strangers_too(matcher_of: Build, stranger: str):
    rows = [{**entry, "variants": FEW[str(entry["id"])]} for entry in (HOUSE, REVIEW)]
    matcher = matcher_of({"a.yaml": rows, "off_topic.yaml": [SMALL_TALK]})
    assert decide(matcher.match(stranger), matcher.thresholds) is not Verdict.ANSWER


def test_an_example_of_small_talk_is_taken_for_it(matcher_of: Build):
    matcher = matcher_of(TINY["one entry and small talk"])
    match = matcher.match("Xin chào!")
    assert match.group == "chao"
    assert decide(match, matcher.thresholds) is Verdict.OFF_TOPIC


def test_off_topic_groups_never_take_the_place_of_entries(matcher_of: Build):
    entries = [
        {"id": f"muc-{at}", "question": f"Câu hỏi {word}?", "answer": "Có."} for at, word in enumerate(WORDS)
    ]
    groups = [
        {"group": f"nhom-{at}", "reply": "Không.", "examples": [f"chuyện phiếm {word}", f"tán gẫu {word}"]}
        for at, word in enumerate(WORDS)
    ]
    matcher = matcher_of({"a.yaml": entries, "off_topic.yaml": groups})
    assert len(matcher.match("chuyện phiếm tán gẫu nhà vốn nghèo").candidates) == 4


def test_a_question_that_an_entry_denies_is_not_answered_by_it(matcher_of: Build):
    matcher = matcher_of(TINY["one entry that denies a question"])
    assert decide(matcher.match("xây nhà cho hộ cận nghèo"), matcher.thresholds) is not Verdict.ANSWER


def test_a_phrasing_shared_by_two_entries_is_no_proof_for_either(matcher_of: Build):
    same = "hỗ trợ bao nhiêu tiền"
    matcher = matcher_of({"a.yaml": [{**HOUSE, "variants": [same]}, {**REVIEW, "variants": [same]}]})
    match = matcher.match(same)
    assert {candidate.entry for candidate in match.candidates} == {"nha-o", "ra-soat"}
    assert decide(match, matcher.thresholds) is not Verdict.ANSWER


@pytest.mark.parametrize(
    ("asked", "entry"),
    [
        ("tt55 quy định gì", "tt-55"),
        ("thông tư số 55/2023/TT-BTC noi gi", "tt-55"),
        ("tt 04/2022 blđtbxh quy dinh gi", "tt-04"),
        ("TT04 nội dung", "tt-04"),
    ],
)
def test_a_document_that_is_named_leads_to_the_entry_about_it(tmp_path: Path, asked: str, entry: str):
    numbers = {"tt-55": "55/2023/TT-BTC", "tt-04": "04/2022/TT-BLĐTBXH"}
    rows: Rows = [
        {"id": key, "question": f"Thông tư {number} quy định nội dung gì?", "answer": "Có."}
        for key, number in numbers.items()
    ]
    directory = write(tmp_path, {"a.yaml": rows})
    documents = "".join(f"{number}: {{title: T}}\n" for number in numbers.values())
    (directory / "documents.yaml").write_text(documents, encoding="utf-8")
    assert build(load(directory), Wishes()).match(asked).candidates[0].entry == entry

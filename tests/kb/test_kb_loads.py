"""What a sound base becomes: entries in order, categories from folders, states that follow, versions."""

import os
from datetime import date
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.kb import Category, DocumentStatus, Knowledge, Place, Status, load

SHIPPED = Path(__file__).parents[2] / "knowledge"
ENTRY = "- {id: muc-a, question: Q, answer: A}\n"


def _entry(key: str, **more: str) -> str:
    fields = {"id": key, "question": f"Câu hỏi {key}?", "answer": "Trả lời.", **more}
    return "- " + "\n  ".join(f"{name}: {value}" for name, value in fields.items()) + "\n"


def test_the_shipped_base_loads():
    knowledge = load(SHIPPED)
    assert len(knowledge.entries) >= 60
    assert {knowledge.category(key) for key in knowledge.entries} >= {
        Category.REGULATIONS,
        Category.INSPECTIONS,
        Category.PRACTICES,
    }


def test_all_fields_arrive_as_written(write):
    base = write(
        {
            "documents.yaml": "55/2023/TT-BTC:\n  title: T\n  issued: 2023-08-15\n  status: checked\n",
            "topics.yaml": "- {id: nha-o, title: Nhà ở, project: 5, subproject: 1}\n",
            "glossary.yaml": '- {short: xin chao, full: "", near: ["#"]}\n',
            "off_topic.yaml": "- {group: chao, reply: Chào, examples: [hi], small_talk: true}\n",
            "words.yaml": "- kWh\n- Đắk\n",
            "regulations/a.yaml": (
                "- id: muc-a\n  topic: nha-o\n  question: no\n  variants: [007, 1:30, yes]\n"
                "  answer: |\n    **Có**\n\n    - ý\n"
                "  sources:\n    - document: 55/2023/TT-BTC\n      at: Điều 74\n"
                "  valid_from: 2023-08-15\n  valid_to:\n  updated: 2026-11-23\n  evidence: e\n"
                "  status: approved\n  approved_by: Bà A\n  approved_on: 2026-11-23\n"
                "  see_also: [muc-a]\n  not_this: [x]\n  tests: [y]\n"
            ),
        }
    )
    knowledge = load(base)
    entry = knowledge.entries["muc-a"]
    assert (entry.question, entry.variants) == ("no", ("007", "1:30", "yes"))  # nothing was guessed
    assert entry.phrasings == ("no", "007", "1:30", "yes")
    assert entry.answer == "**Có**\n\n- ý"
    assert (entry.sources[0].document, entry.sources[0].at) == ("55/2023/TT-BTC", "Điều 74")
    assert (entry.valid_from, entry.valid_to) == (date(2023, 8, 15), None)
    assert (entry.status, entry.approved_by, entry.approved_on) == (
        Status.APPROVED,
        "Bà A",
        date(2026, 11, 23),
    )
    assert (entry.see_also, entry.not_this, [one.ask for one in entry.tests]) == (("muc-a",), ("x",), ["y"])
    assert knowledge.documents["55/2023/TT-BTC"].status is DocumentStatus.CHECKED
    assert (knowledge.topics["nha-o"].project, knowledge.topics["nha-o"].subproject) == (5, 1)
    assert (knowledge.glossary[0].full, knowledge.glossary[0].near) == ("", ("#",))
    assert knowledge.off_topic[0].small_talk is True
    assert knowledge.words == {"kwh", "đắk"}


def test_three_fields_are_enough_and_the_rest_is_unconfirmed(write):
    entry = load(write({"a.yaml": ENTRY})).entries["muc-a"]
    assert (entry.status, entry.topic, entry.variants, entry.sources) == (Status.DRAFT, None, (), ())


def test_the_category_is_the_folder(write):
    names = {
        "regulations/x/deep/a.yaml": Category.REGULATIONS,
        "inspections/b.yaml": Category.INSPECTIONS,
        "practices/c.yaml": Category.PRACTICES,
        "reviewed/practices/d.yaml": Category.PRACTICES,
        "reviewed/general/e.yaml": Category.GENERAL,
        "f.yaml": Category.GENERAL,
    }
    knowledge = load(write({name: _entry(f"muc-{index}") for index, name in enumerate(names)}))
    assert [knowledge.category(f"muc-{index}") for index in range(6)] == list(names.values())


def test_entries_keep_the_order_of_files_and_lines(write):
    base = write(
        {
            "regulations/b.yaml": _entry("d") + _entry("c"),
            "a.yaml": _entry("b"),
            "practices/z.yaml": _entry("a"),
        }
    )
    knowledge = load(base)
    assert list(knowledge.entries) == ["b", "a", "d", "c"]
    assert knowledge.origins["c"] == ("regulations/b.yaml", 1)
    assert knowledge.locate("regulations/b.yaml", 1) == Place("regulations/b.yaml", 4, 3)
    assert knowledge.locate("regulations/b.yaml", 1, "answer") == Place("regulations/b.yaml", 6, 11)


@pytest.mark.parametrize("off_topic", [{}, {"off_topic.yaml": "- {group: g, reply: r, examples: [e]}\n"}])
def test_a_flat_directory_of_entries_is_a_base_whose_names_are_not_looked_up(write, off_topic):
    entry = _entry("muc-a", topic="la", sources="[{document: 1/2020/TT-BTC}]")
    assert list(load(write({"a.yaml": entry, **off_topic})).entries) == ["muc-a"]


@pytest.mark.parametrize("empty", ["", "# chỉ có ghi chú\n", "---\n", "[]\n"])
def test_an_empty_file_beside_others_holds_nothing(write, empty):
    files = {"a.yaml": ENTRY, "b.yaml": empty, "off_topic.yaml": empty, "glossary.yaml": empty}
    assert list(load(write(files)).entries) == ["muc-a"]


def test_what_is_not_yaml_and_hidden_names_are_left_alone(write):
    files = {
        "README.md": "x",
        "schema.json": "{",
        "a.yaml~": ":",
        ".git/x.yaml": ":",
        ".a.yaml": ":",
        "a.yaml": ENTRY,
    }
    assert list(load(write(files)).entries) == ["muc-a"]


def test_windows_line_ends_byte_order_marks_and_split_letters_do_no_harm(write):
    text = "\ufeff- id: muc-a\r\n  question: Ho\u0323\r\n  answer: A\r\n"
    assert load(write({"a.yaml": text})).entries["muc-a"].question == "H\u1ecd"


def test_a_few_aliases_are_fine(write):
    text = "- {id: muc-a, question: Q, answer: &chung Chung}\n- {id: muc-b, question: R, answer: *chung}\n"
    assert load(write({"a.yaml": text})).entries["muc-b"].answer == "Chung"


def test_a_link_to_a_file_of_the_same_base_is_read_as_a_mounted_volume_needs(write):
    base = write({"..data/a.yaml": ENTRY})
    (base / "a.yaml").symlink_to("..data/a.yaml")
    assert list(load(base).entries) == ["muc-a"]


def test_the_version_follows_names_and_bytes_and_nothing_else(write):
    base = write({"a.yaml": ENTRY, "b.yaml": ""})
    first = load(base).version
    os.utime(base / "a.yaml", (1, 1))
    assert load(base).version == first
    (base / "b.yaml").write_text("# thêm\n")
    assert load(base).version != first
    (base / "b.yaml").write_text("")
    assert load(base).version == first
    (base / "b.yaml").rename(base / "c.yaml")
    assert load(base).version != first


def test_the_version_of_a_text_changes_with_what_people_are_shown_and_only_then(write):
    shown = {
        "question": "Khác?",
        "answer": "Khác",
        "sources": "[{document: d}]",
        "valid_from": "2020-01-01",
        "valid_to": "2030-01-01",
        "status": "checked",
        "superseded_by": "muc-b",
    }
    hidden = {
        "variants": "[v]",
        "tests": "[t]",
        "see_also": "[muc-b]",
        "not_this": "[n]",
        "updated": "2026-11-23",
    }

    def version(**more: str) -> str:
        return load(write({"a.yaml": _entry("muc-a", **more) + _entry("muc-b")})).entries["muc-a"].version

    plain = version()
    assert len(plain) == 64 and int(plain, 16) >= 0
    assert {version(**{name: value}) for name, value in hidden.items()} == {plain}
    assert len({version(**{name: value}) for name, value in shown.items()} | {plain}) == len(shown) + 1


def test_what_newer_documents_do_to_older_ones_is_derived(write):
    base = write(
        {
            "a.yaml": ENTRY,
            "documents.yaml": (
                "a: {title: A}\n"
                "b: {title: B, amends: [a], effective: 2020-01-01}\n"
                "c: {title: C, replaces: [a, b], effective: 2026-05-31}\n"
                "d: {title: D, ended: 2021-12-31}\n"
                "e: {title: E, replaces: [d], effective: 2023-01-01}\n"
            ),
        }
    )
    knowledge = load(base)
    assert knowledge.replaced_by("a") == ("c",)
    assert knowledge.ended("a") == date(2026, 5, 30)  # the day before the new one holds
    assert knowledge.ended("d") == date(2021, 12, 31)  # stated
    assert knowledge.ended("c") is None
    assert knowledge.ended("unknown") is None


def test_the_chain_of_replacements_is_followed_to_its_end_even_in_a_circle(write):
    text = _entry("a", superseded_by="b") + _entry("b", superseded_by="c") + _entry("c")
    knowledge = load(
        write({"a.yaml": text + _entry("d", superseded_by="e") + _entry("e", superseded_by="d")})
    )
    assert [knowledge.successor(key) for key in "abcde"] == ["c", "c", None, "e", "d"]


def test_a_base_made_in_memory_has_places_too():
    assert Knowledge(entries={}).locate("a.yaml", 0) == Place("a.yaml", 1, 1)


def test_ten_thousand_variants_load_in_seconds(write):
    def entry(number: int) -> str:
        return _entry(f"m-{number}", variants=f"[{', '.join(f'cách {number} {v}' for v in range(10))}]")

    base = write(
        {f"regulations/{f}.yaml": "".join(map(entry, range(f * 100, f * 100 + 100))) for f in range(10)}
    )
    assert sum(len(entry.variants) for entry in load(base).entries.values()) == 10_000


def test_a_failure_carries_all_problems(write):
    base = write({"a.yaml": "- id: a\n", "b.yaml": "a: b: c\n", "documents.yaml": "- x\n"})
    with pytest.raises(KnowledgeError) as caught:
        load(base)
    assert [(problem.file, problem.code) for problem in caught.value.problems] == [
        ("a.yaml", "missing_field"),
        ("a.yaml", "missing_field"),
        ("b.yaml", "stray_colon"),
        ("documents.yaml", "file_not_a_mapping"),
    ]


def test_a_test_is_a_question_or_a_question_with_the_day_on_which_it_is_asked(write):
    text = _entry("a", tests="[gì, {ask: gì đó, on: 2024-05-01}, {ask: gì nữa}]")
    tests = load(write({"a.yaml": text})).entries["a"].tests
    assert [(one.ask, one.on) for one in tests] == [
        ("gì", None),
        ("gì đó", date(2024, 5, 1)),
        ("gì nữa", None),
    ]


def test_an_entry_says_what_it_still_holds_for_after_its_end(write):
    text = _entry("a", valid_to="2026-05-30", transitional="Còn dùng cho vốn cũ")
    assert load(write({"a.yaml": text})).entries["a"].transitional == "Còn dùng cho vốn cũ"

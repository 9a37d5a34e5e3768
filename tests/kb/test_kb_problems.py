"""Every mistake a curator can make is told with its exact place, in words that have a phrase.

Each sample plants one mistake in an otherwise sound base and expects that one problem and no other.
"""
# ruff: noqa: E501 (one sample a line)

import re
from pathlib import Path

import pytest

from bot.channels.telegram.render import MOST_UNITS
from bot.errors import KnowledgeError
from bot.kb import Problem, check, describe, inspect, load
from bot.kb.checks.answers import ANSWER_LIMIT
from bot.kb.loader import MAX_BYTES
from bot.phrases import keys, placeholders

SOUND = "- {id: sound, question: Sound, answer: S}\n"
TOPICS = "- {id: nha-o, title: T}\n"
DOCUMENTS = "55/2023/TT-BTC: {title: T}\n"
HEAD = "- id: muc-a\n  question: Q\n  answer: A\n"  # the next line is the fourth
WHOLE = HEAD + (
    "  topic: nha-o\n  status: checked\n  updated: 2026-11-23\n  variants: [x, y, z, v4, v5, v6, v7, v8, v9, w]\n"
    "  sources: [{document: 55/2023/TT-BTC}]\n  evidence: E\n  tests: [t1, t2, t3]\n"
)  # the next line is the eleventh

# code, the file with the mistake, what it says, where that is (line:column, entry)
UNLOADABLE = [
    ("wrong_suffix", "a.yml", "", "1:1", ""),
    ("wrong_suffix", "a.YAML", "", "1:1", ""),
    ("unknown_folder", "general/a.yaml", SOUND, "1:1", ""),
    ("unknown_folder", "regulation/x/a.yaml", SOUND, "1:1", ""),
    ("unknown_folder", "reviewed/a.yaml", SOUND, "1:1", ""),
    ("unknown_folder", "reviewed/regulations/x/a.yaml", SOUND, "1:1", ""),
    ("too_big", "a.yaml", "#" * (MAX_BYTES + 1), "1:1", ""),
    ("not_utf8", "a.yaml", "- id: é\n  b: é".encode() + b"\xff", "2:7", ""),
    ("not_utf8", "a.yaml", SOUND.encode("utf-16"), "1:1", ""),
    ("control_character", "a.yaml", "- id: a\n  question: é\x08\n", "2:14", ""),
    ("control_character", "a.yaml", '- {id: muc-a, question: "a\\0b", answer: A}\n', "1:25", ""),
    ("tab", "a.yaml", "- id: a\n\tquestion: b\n", "2:1", ""),
    ("tab", "a.yaml", "- id: a\n  answer: |\n\tb\n", "3:1", ""),
    ("tab", "a.yaml", "- id:\n\t\tquestion: b\n", "2:1", ""),
    ("odd_start", "a.yaml", "- id: a\n  answer: **40 triệu**\n", "2:11", ""),
    ("odd_start", "a.yaml", "- id: a\n  answer: @b\n", "2:11", ""),
    ("odd_start", "a.yaml", "- id: a\n  answer: `b`\n", "2:11", ""),
    ("odd_start", "a.yaml", "- id: a\n  answer: %b\n", "2:11", ""),
    ("stray_colon", "a.yaml", "- id: a\n  question: Mức: bao nhiêu\n", "2:16", ""),
    ("stray_colon", "a.yaml", "- id: a\n    question: b\n", "2:13", ""),
    ("no_colon", "a.yaml", "- id: a\n  question b\n  answer: c\n", "2:3", ""),
    ("no_space", "a.yaml", "- id: a\n  question:b\n  answer: c\n", "2:12", ""),
    ("no_space", "a.yaml", "- id: a\n  question:\u00a0b\n  answer: c\n", "2:12", ""),
    ("no_space", "a.yaml", "- id: a\n  question: b\n  answer:c\n", "3:10", ""),
    ("no_space", "a.yaml", "- id:a\n  question: b\n", "1:6", ""),
    ("no_space", "a.yaml", "-id: a\n  question: b\n", "1:2", ""),
    ("no_space", "a.yaml", "- id: a\n  variants:\n    - b\n    -c\n  answer: d\n", "4:6", ""),
    ("no_space", "a.yaml", "- id: a\n  sources:\n    - document:d\n      at: e\n", "3:16", ""),
    ("stray_colon", "a.yaml", "- id: a\n  answer: |\n    -b\n  question: Mức: bao nhiêu\n", "4:16", ""),
    ("odd_space", "a.yaml", "- id: a\n\u00a0\u00a0question: b\n", "2:1", ""),
    ("no_quote", "a.yaml", '- id: a\n  question: "b\n  answer: c\n', "2:13", ""),
    ("escape", "a.yaml", '- id: "\\d"\n', "1:8", ""),
    ("no_dash", "a.yaml", "- id: a\n question: b\n", "2:2", ""),
    ("no_dash", "a.yaml", "- id: a\nquestion: b\n", "2:1", ""),
    ("indent", "a.yaml", "- id: a\n  variants:\n    - b\n   - c\n", "4:4", ""),
    ("indent", "a.yaml", '- id: a\n  question: "b" c\n', "2:17", ""),
    ("no_bracket", "a.yaml", "- id: a\n  variants: [b, c\n  answer: d\n", "2:13", ""),
    ("no_bracket", "a.yaml", "- {id: a\n", "1:3", ""),
    ("after_bar", "a.yaml", "- id: a\n  answer: | b\n", "2:13", ""),
    ("syntax", "a.yaml", "- id: ]\n", "1:7", ""),
    ("duplicate_key", "a.yaml", HEAD + "  question: R\n", "4:3", ""),
    ("duplicate_key", "documents.yaml", DOCUMENTS + DOCUMENTS, "2:1", ""),
    ("bad_key", "a.yaml", HEAD + "  ? [b]\n  : c\n", "4:5", ""),
    ("tag", "a.yaml", HEAD + "  evidence: !!python/object:os.system x\n", "4:13", ""),
    ("tag", "a.yaml", HEAD + "  evidence: ! x\n", "4:13", ""),
    ("tag", "a.yaml", HEAD + "  evidence: !a!b x\n", "4:13", ""),
    ("too_many_aliases", "a.yaml", HEAD + "  tests:\n    - &a x\n" + "    - *a\n" * 10, "15:7", ""),
    ("unknown_alias", "a.yaml", HEAD + "  evidence: *a\n", "4:13", ""),
    ("unknown_alias", "a.yaml", HEAD + "  tests: &a [*a]\n", "4:14", ""),
    ("too_deep", "a.yaml", HEAD + "  tests: " + "[" * 9, "4:18", ""),
    ("too_deep", "a.yaml", "[" * MAX_BYTES, "1:11", ""),
    ("second_document", "a.yaml", HEAD + "---\n- id: b\n", "4:1", ""),
    ("file_not_a_list", "a.yaml", "id: a\n", "1:1", ""),
    ("file_not_a_list", "topics.yaml", "\nnha-o: T\n", "2:1", ""),
    ("file_not_a_mapping", "documents.yaml", "- x\n", "1:1", ""),
    ("not_fields", "a.yaml", HEAD + "- b\n", "4:3", ""),
    ("not_fields", "a.yaml", HEAD + "  sources:\n    - 55/2023/TT-BTC\n", "5:7", "muc-a"),
    ("not_fields", "documents.yaml", DOCUMENTS + "56/2023/TT-BTC: x\n", "2:17", "56/2023/TT-BTC"),
    ("missing_field", "a.yaml", SOUND.replace("sound", "b") + "- id: muc-a\n  question: Q\n", "2:3", "muc-a"),
    ("missing_field", "a.yaml", "- question: Q\n  answer: A\n", "1:3", ""),
    ("empty", "a.yaml", "- id: muc-a\n  question: Q\n  answer:\n", "3:10", "muc-a"),
    ("unknown_field", "a.yaml", HEAD + "  varaints: [b]\n", "4:3", "muc-a"),
    ("unknown_field", "a.yaml", HEAD + "  category: practices\n", "4:3", "muc-a"),
    ("unknown_field", "a.yaml", HEAD + "  sources:\n    - document: 55/2023/TT-BTC\n      ad: y\n", "6:7", "muc-a"),
    ("unknown_field", "glossary.yaml", "- {short: hn, full: x, meaning: y}\n", "1:24", "hn"),
    ("not_a_choice", "a.yaml", HEAD + "  status: done\n", "4:11", "muc-a"),
    ("not_a_choice", "documents.yaml", "55/2023/TT-BTC: {title: T, status: approved}\n", "1:36", "55/2023/TT-BTC"),
    ("bad_id", "a.yaml", "- {id: Nhà ở, question: Q, answer: A}\n", "1:8", "Nhà ở"),
    ("bad_id", "topics.yaml", TOPICS + "- {id: nha--o, title: T}\n", "2:8", "nha--o"),
    ("long_id", "a.yaml", f"- {{id: {'a' * 61}, question: Q, answer: A}}\n", "1:8", "a" * 60 + "…"),
    ("empty", "a.yaml", '- {id: muc-a, question: " ", answer: A}\n', "1:25", "muc-a"),
    ("empty", "a.yaml", HEAD + "  variants:\n    - b\n    -\n", "6:6", "muc-a"),
    ("empty", "off_topic.yaml", "- {group: g, reply: r, examples: []}\n", "1:34", "g"),
    ("empty", "a.yaml", "- id: muc-a\n  question: #Q\n  answer: A\n", "2:12", "muc-a"),
    ("list_not_text", "a.yaml", "- id: muc-a\n  question: Q\n  answer:\n    - A\n    - B\n", "4:5", "muc-a"),
    ("list_not_text", "a.yaml", HEAD + "  topic: [nha-o]\n", "4:10", "muc-a"),
    ("not_text", "a.yaml", HEAD + "  variants:\n    - mức hỗ trợ: bao nhiêu\n", "5:7", "muc-a"),
    ("not_a_list", "a.yaml", HEAD + "  variants: b\n", "4:13", "muc-a"),
    ("bad_date", "a.yaml", HEAD + "  updated: 23/11/2026\n", "4:12", "muc-a"),
    ("bad_date", "a.yaml", HEAD + "  updated: 2026-02-30\n", "4:12", "muc-a"),
    ("bad_date", "a.yaml", HEAD + "  updated: 1690000000\n", "4:12", "muc-a"),
    ("bad_date", "a.yaml", HEAD + "  updated: [x]\n", "4:12", "muc-a"),
    ("bad_number", "topics.yaml", "- {id: nha-o, title: T, project: 8}\n", "1:34", "nha-o"),
    ("bad_number", "topics.yaml", "- {id: nha-o, title: T, project: 0}\n", "1:34", "nha-o"),
    ("bad_number", "topics.yaml", "- {id: nha-o, title: T, project: 1.0}\n", "1:34", "nha-o"),
    ("not_yes_or_no", "off_topic.yaml", "- {group: g, reply: r, examples: [e], small_talk: có}\n", "1:51", "g"),
    ("not_yes_or_no", "off_topic.yaml", "- {group: g, reply: r, examples: [e], small_talk: []}\n", "1:51", "g"),
    ("raw_html", "a.yaml", HEAD.replace(" A\n", " a<br>b\n"), "3:11", "muc-a"),
    ("raw_html", "a.yaml", HEAD.replace(" A\n", " |\n    <script>x</script>\n"), "3:11", "muc-a"),
    ("raw_html", "off_topic.yaml", "- {group: g, reply: <b>r, examples: [e]}\n", "1:21", "g"),
    ("duplicate_id", "z.yaml", "- {id: sound, question: Q, answer: A}\n", "1:8", "sound"),
    ("duplicate_id", "topics.yaml", TOPICS + TOPICS, "2:8", "nha-o"),
    ("duplicate_id", "off_topic.yaml", "- {group: g, reply: r, examples: [e]}\n" * 2, "2:11", "g"),
    ("unknown_topic", "a.yaml", HEAD + "  topic: nha-oo\n", "4:10", "muc-a"),
    ("unknown_document", "a.yaml", HEAD + "  sources:\n    - document: 55/2023\n", "5:17", "muc-a"),
    ("unknown_entry", "a.yaml", HEAD + "  see_also: [sound, soundd]\n", "4:21", "muc-a"),
    ("unknown_entry", "a.yaml", HEAD + "  differs_from: [soundd]\n", "4:18", "muc-a"),
    ("not_text", "words.yaml", "- km\n- {km: kg}\n", "2:3", ""),
    ("empty", "words.yaml", "- km\n-\n", "2:2", ""),
    ("unknown_entry", "a.yaml", HEAD + "  superseded_by: soundd\n", "4:18", "muc-a"),
    ("bad_date", "a.yaml", HEAD + "  tests:\n    - {ask: t1, on: 1/5/2024}\n", "5:21", "muc-a"),
    ("missing_field", "a.yaml", HEAD + "  tests:\n    - {on: 2024-05-01}\n", "5:7", "muc-a"),
    ("unknown_field", "a.yaml", HEAD + "  tests:\n    - {ask: t1, onn: 2024-05-01}\n", "5:17", "muc-a"),
    ("not_fields", "a.yaml", HEAD + "  tests: [[t1]]\n", "4:11", "muc-a"),
    ("empty", "a.yaml", HEAD + "  tests: [t1, '']\n", "4:15", "muc-a"),
]  # fmt: skip

UNFINISHED = [
    ("few_tests", "a.yaml", WHOLE.replace("t1, ", ""), "10:10", "muc-a"),
    ("wordless", "a.yaml", WHOLE.replace(" Q\n", ' "?"\n'), "2:13", "muc-a"),
    ("wordless", "a.yaml", WHOLE.replace(" E\n", " ...\n"), "9:13", "muc-a"),
    ("few_variants", "a.yaml", WHOLE.replace("[x, y, z, ", "["), "7:13", "muc-a"),
    ("unsigned", "a.yaml", WHOLE.replace("checked", "approved") + "  approved_by: Bà A\n", "5:11", "muc-a"),
    ("unsigned", "a.yaml", WHOLE.replace("checked", "approved") + "  approved_on: 2026-11-23\n", "5:11", "muc-a"),
    ("dates_disordered", "a.yaml", WHOLE + "  valid_from: 2026-01-02\n  valid_to: 2026-01-01\n", "12:13", "muc-a"),
    ("superseded_by_itself", "a.yaml", WHOLE + "  superseded_by: muc-a\n", "11:18", "muc-a"),
    ("long_answer", "a.yaml", WHOLE.replace(" A\n", f" {'tá ' * 301}\n"), "3:11", "muc-a"),
    ("bad_link", "a.yaml", WHOLE.replace(" A\n", ' "[a](javascript:alert(1))"\n'), "3:11", "muc-a"),
    ("bad_link", "a.yaml", WHOLE.replace(" A\n", ' "[a](vbpl.vn/1)"\n'), "3:11", "muc-a"),
    ("bad_link", "a.yaml", WHOLE.replace(" A\n", ' "[a](data:image/png,x)"\n'), "3:11", "muc-a"),
    ("bad_link", "a.yaml", WHOLE.replace(" A\n", ' "<mailto:a@b.vn>"\n'), "3:11", "muc-a"),
    ("table", "a.yaml", WHOLE.replace(" A\n", " |\n    | A | B |\n    |---|:-:|\n    | C | D |\n"), "3:11", "muc-a"),
    ("image", "a.yaml", WHOLE.replace(" A\n", ' "![](https://b.vn/a.png)"\n'), "3:11", "muc-a"),
    ("bad_link", "off_topic.yaml", '- {group: g, reply: "[a](ftp://b)", examples: [e]}\n', "1:21", "g"),
    ("test_is_phrasing", "a.yaml", WHOLE.replace("t2", "X"), "10:15", "muc-a"),
    ("test_is_phrasing", "a.yaml", WHOLE.replace("t1", "q"), "10:11", "muc-a"),
    ("claimed_and_denied", "a.yaml", WHOLE + "  not_this: [Z]\n", "11:14", "muc-a"),
    ("phrasing_twice", "a.yaml", WHOLE.replace("[x, y, z, ", "[x, đ Ế, z, D  ê, "), "7:25", "muc-a"),
    ("phrasing_twice", "a.yaml", WHOLE.replace("[x, y, z, ", "[x, y, z, q, "), "7:23", "muc-a"),
    ("phrasing_shared", "z.yaml", WHOLE.replace("muc-a", "muc-z").replace(" Q\n", " SOẠN\n"), "2:13", "muc-z"),
    ("phrasing_shared", "off_topic.yaml", "- {group: g, reply: r, examples: [e, soan]}\n", "1:38", "g"),
    ("phrasing_shared", "off_topic.yaml", "- {group: g, reply: r, examples: [e]}\n- {group: h, reply: r, examples: [E]}\n", "2:35", "h"),
    ("changes_itself", "documents.yaml", "55/2023/TT-BTC: {title: T, amends: [55/2023/TT-BTC]}\n", "1:37", "55/2023/TT-BTC"),
    ("unknown_document", "documents.yaml", "55/2023/TT-BTC: {title: T, replaces: [1]}\n", "1:39", "55/2023/TT-BTC"),
    ("dates_disordered", "documents.yaml", "55/2023/TT-BTC: {title: T, issued: 2023-01-02, effective: 2023-01-01}\n", "1:59", "55/2023/TT-BTC"),
    ("dates_disordered", "documents.yaml", DOCUMENTS + "56/2023/TT-BTC: {title: T, issued: 2023-01-02, ended: 2023-01-01}\n", "2:55", "56/2023/TT-BTC"),
    ("glossary_twice", "glossary.yaml", "- {short: trd, full: x}\n- {short: TRĐ, full: y}\n", "2:11", "TRĐ"),
    ("glossary_unreached", "glossary.yaml", "- {short: hn, full: x}\n- {short: hn, full: y, near: [z]}\n", "2:11", "hn"),
    ("glossary_circle", "glossary.yaml", "- {short: hn, full: hộ nghèo}\n- {short: dshn, full: 'danh sách, HN.'}\n", "2:23", "dshn"),
]  # fmt: skip


def _base(file: str, content: str | bytes) -> dict[str, str | bytes]:
    sound = re.sub(r"\b(?=[vwxyzt]\d?[],])", "s", WHOLE.replace("muc-a", "sound").replace(" Q\n", " Soan\n"))
    return {
        "regulations/sound.yaml": sound,
        "topics.yaml": TOPICS,
        "documents.yaml": DOCUMENTS,
        file: content,
    }


def _refused(base: Path) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as caught:
        load(base)
    return caught.value.problems


def _spots(problems: tuple[Problem, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.code, one.file, f"{one.line}:{one.column}", one.where) for one in problems]


@pytest.mark.parametrize(("code", "file", "content", "spot", "where"), UNLOADABLE)
def test_a_base_with_one_mistake_is_refused_for_it_alone(write, code, file, content, spot, where):
    problems = _refused(write(_base(file, content)))
    assert _spots(problems) == [(code, file, spot, where)]
    assert describe(problems[0]).startswith(f"{file}:{spot}: {f'[{where}] ' if where else ''}")


@pytest.mark.parametrize(("code", "file", "content", "spot", "where"), UNFINISHED)
def test_a_base_that_loads_is_checked_further(write, code, file, content, spot, where):
    problems = check(load(write(_base(file, content))))
    assert _spots(problems) == [(code, file, spot, where)]
    assert describe(problems[0]).startswith(f"{file}:{spot}: [{where}] ")


def test_a_finished_base_has_nothing_to_check(write):
    assert check(load(write(_base("a.yaml", WHOLE)))) == ()


@pytest.mark.parametrize("field", ["topic", "sources", "updated", "status", "evidence"])
def test_each_field_that_experts_owe_is_asked_for(write, field):
    text = "".join(line for line in WHOLE.splitlines(keepends=True) if f"  {field}:" not in line)
    problems = check(load(write(_base("a.yaml", text))))
    assert _spots(problems) == [("field_due", "a.yaml", "1:3", "muc-a")]
    assert problems[0].values == {"field": field}


def test_replacements_in_a_circle_are_told_at_each_of_them_and_not_before(write):
    names = {"muc-a": "muc-b", "muc-b": "muc-c", "muc-c": "muc-b"}
    text = "".join(
        WHOLE.replace("muc-a", name)
        .replace(" Q\n", f" Mục {name[-1].upper()}\n")
        .replace("variants: [", f"variants: [{', '.join(f'{name} {n}' for n in range(10))}] #")
        + f"  superseded_by: {newer}\n"
        for name, newer in names.items()
    )
    problems = check(load(write(_base("a.yaml", text))))
    code = "superseded_in_circle"
    assert _spots(problems) == [(code, "a.yaml", "22:18", "muc-b"), (code, "a.yaml", "33:18", "muc-c")]


def test_the_longest_answer_is_the_callers_to_say(write):
    base = write(_base("a.yaml", WHOLE.replace(" A\n", " ABCDE\n")))
    assert check(load(base), answer_limit=5) == ()
    assert _spots(check(load(base), answer_limit=4)) == [("long_answer", "a.yaml", "3:11", "muc-a")]


STEPS = "\n".join(f"    {number}. {'tá ' * 148}" for number in range(1, 5))  # 1,790 characters


def test_a_procedure_in_numbered_steps_may_be_twice_as_long(write):
    def codes(steps: str) -> list[str]:
        text = WHOLE.replace(" A\n", f" |\n{steps}\n")
        return [one.code for one in check(load(write(_base("a.yaml", text))))]

    assert codes(STEPS) == []
    assert codes(STEPS + "tá tá tá tá") == ["long_answer"]
    assert codes(re.sub(r"[0-9]\.", "-", STEPS)) == ["long_answer"]
    assert codes(STEPS.replace("3.", "").replace("4.", "")) == ["long_answer"]


def test_the_longest_procedure_and_its_legal_basis_fit_into_one_message():
    assert ANSWER_LIMIT * 2 < MOST_UNITS / 2


def test_answers_may_link_to_the_web_and_use_a_less_than_sign(write):
    answer = ' "[a](https://vbpl.vn/1), <http://b.vn>, thu nhập < 1,5 triệu"\n'
    text = WHOLE.replace(" A\n", answer).replace(" E\n", " 1,5 triệu\n")
    assert check(load(write(_base("a.yaml", text)))) == ()


def test_a_short_form_inside_of_its_own_full_form_is_fine(write):
    rows = "- {short: bhyt, full: thẻ bhyt}\n- {short: hn, full: Hà Nội, near: [tp hn]}\n- {short: hn, full: hộ nghèo}\n"
    assert check(load(write(_base("glossary.yaml", rows)))) == ()


# --- directories ------------------------------------------------------------------------------------


def test_a_directory_that_is_not_there_is_told(tmp_path):
    assert _spots(_refused(tmp_path / "x")) == [("no_directory", ".", "1:1", "")]


@pytest.mark.parametrize("files", [{}, {"a.yaml": ""}, {"off_topic.yaml": ""}, {"topics.yaml": TOPICS}])
def test_a_base_without_entries_is_refused(write, files):
    assert _spots(_refused(write(files))) == [("no_entries", ".", "1:1", "")]


def test_links_that_leave_the_base_and_linked_folders_are_refused(write, tmp_path):
    base = write(_base("practices/x.yaml", ""))
    (tmp_path / "secret.yaml").write_text(SOUND)
    (base / "a.yaml").symlink_to(tmp_path / "secret.yaml")
    (base / "inspections").symlink_to(tmp_path)
    (base / "regulations" / "round").symlink_to(base)
    files = ("a.yaml", "inspections", "regulations/round")
    assert _spots(_refused(base)) == [("outside", file, "1:1", "") for file in files]


def test_what_cannot_be_opened_is_told(write):
    base = write(_base("practices/x.yaml", ""))
    (base / "broken.yaml").symlink_to(base / "nothing")
    (base / "round.yaml").symlink_to(base / "round.yaml")
    assert {(one.code, one.file) for one in _refused(base)} <= {
        ("unreadable", "broken.yaml"),
        ("unreadable", "round.yaml"),
    }
    assert len(_refused(base)) == 2


def test_a_file_of_just_the_largest_size_is_read(write):
    text = SOUND.replace("sound", "muc-a") + "#" * (MAX_BYTES - len(SOUND))
    assert "muc-a" in load(write({"a.yaml": text})).entries


# --- one mistake is told once -----------------------------------------------------------------------


def test_a_duplicate_names_both_places(write):
    base = write(_base("z.yaml", SOUND))
    (problem,) = _refused(base)
    assert "z.yaml:1:8: [sound] " in describe(problem)
    assert "regulations/sound.yaml:1" in describe(problem)


def test_an_entry_that_is_broken_can_still_be_referred_to(write):
    text = HEAD.replace("muc-a", "muc-b") + "  see_also: [muc-a]\n- {id: muc-a, question: Q}\n"
    assert [one.code for one in _refused(write({"a.yaml": text}))] == ["missing_field"]


def test_names_that_an_unreadable_file_may_hold_are_not_called_unknown(write):
    broken = {"b.yaml": "a: b: c", "topics.yaml": "\t", "documents.yaml": "["}
    text = HEAD + "  topic: t\n  see_also: [muc-b]\n  sources: [{document: d}]\n"
    files = [one.file for one in _refused(write({"a.yaml": text, **broken}))]
    assert files == ["b.yaml", "documents.yaml", "topics.yaml"]


def test_an_unreadable_glossary_hides_no_unknown_entry(write):
    base = write({"a.yaml": HEAD + "  see_also: [muc-b]\n", "glossary.yaml": "[a"})
    assert [one.code for one in _refused(base)] == ["unknown_entry", "no_bracket"]


def test_names_that_a_refused_file_may_hold_are_not_called_unknown(write):
    base = write({"a.yaml": HEAD + "  see_also: [muc-b]\n", "b.yml": HEAD.replace("muc-a", "muc-b")})
    assert [one.code for one in _refused(base)] == ["wrong_suffix"]


# --- one mistake hides no other ---------------------------------------------------------------------


@pytest.mark.parametrize("flaw", ["  zzz: b\n", "  updated: hôm nay\n", "  status: xong\n", "  tests: b\n"])
@pytest.mark.parametrize(
    ("other", "code", "spot"),
    [
        ("  topic: nha-oo\n", "unknown_topic", "4:10"),
        ("  sources: [{document: 55/2023}]\n", "unknown_document", "4:24"),
        ("  sources: [{document: 55/2023, at: [x]}]\n", "unknown_document", "4:24"),
        ("  superseded_by: soundd\n", "unknown_entry", "4:18"),
        ("  see_also: [sound, [x], soundd]\n", "unknown_entry", "4:26"),
    ],
)
def test_a_wrong_field_hides_no_name_that_leads_nowhere(write, flaw, other, code, spot):
    problems = _refused(write(_base("a.yaml", HEAD + other + flaw)))
    assert (code, "a.yaml", spot, "muc-a") in _spots(problems)
    assert len(problems) >= 2


def test_a_wrong_field_hides_no_raw_html(write):
    entry = HEAD.replace(" A\n", " a<br>b\n") + "  zzz: b\n"
    group = "- {group: g, reply: a<br>b, examples: [e], zzz: b}\n"
    problems = _refused(write({**_base("a.yaml", entry), "off_topic.yaml": group}))
    told = [(one.file, one.code) for one in problems]
    assert told == [
        ("a.yaml", "raw_html"),
        ("a.yaml", "unknown_field"),
        ("off_topic.yaml", "raw_html"),
        ("off_topic.yaml", "unknown_field"),
    ]


def test_an_entry_without_a_name_or_with_another_ones_is_read_too(write):
    nameless = "- {question: Q, answer: a<br>b, topic: nha-oo}\n"
    doubled = "- {id: sound, question: R, answer: A, topic: nha-oo}\n"
    problems = _refused(write(_base("z.yaml", nameless + doubled)))
    assert _spots(problems) == [
        ("missing_field", "z.yaml", "1:3", ""),
        ("raw_html", "z.yaml", "1:25", ""),
        ("unknown_topic", "z.yaml", "1:40", ""),
        ("duplicate_id", "z.yaml", "2:8", "sound"),
        ("unknown_topic", "z.yaml", "2:46", "sound"),
    ]


def test_a_base_that_does_not_load_is_checked_as_far_as_it_can_be_read(write):
    files = {
        **_base("a.yaml", HEAD + "  zzz: b\n"),
        "glossary.yaml": "- {short: hn}\n- {short: trd, full: x}\n- {short: trd, full: y}\n",
        "off_topic.yaml": "- {group: g, examples: [e]}\n- {group: h, reply: '[a](b)', examples: [soan]}\n",
        "documents.yaml": "55/2023/TT-BTC: {title: T, amends: [1/2020]}\n1/2020: {titel: T}\n",
    }
    told = {(one.code, one.file, f"{one.line}:{one.column}") for one in inspect(write(files))[1]}
    assert told >= {
        ("field_due", "a.yaml", "1:3"),
        ("few_variants", "a.yaml", "1:3"),
        ("glossary_twice", "glossary.yaml", "3:11"),
        ("bad_link", "off_topic.yaml", "2:21"),
        ("phrasing_shared", "off_topic.yaml", "2:42"),
    }
    assert "unknown_document" not in {code for code, *_ in told}  # it is there, if with a mistake


def test_what_cannot_be_read_is_not_called_missing_as_well(write):
    text = re.sub("variants: .*", "variants: xyz", WHOLE).replace(
        "{document: 55/2023/TT-BTC}", "55/2023/TT-BTC"
    )
    text = text.replace("checked", "approved").replace("2026-11-23", "23/11/2026")
    text += "  approved_by: [x]\n  approved_on: hôm qua\n"
    codes = sorted(one.code for one in inspect(write(_base("a.yaml", text)))[1])
    assert codes == ["bad_date", "bad_date", "list_not_text", "not_a_list", "not_fields"]


def test_the_copy_of_an_entry_that_kept_its_id_is_one_mistake(write):
    files = _base("z.yaml", WHOLE + WHOLE)
    assert [one.code for one in inspect(write(files))[1]] == ["duplicate_id"]


def test_of_a_file_that_stops_being_yaml_it_is_said_that_the_rest_is_unread(write):
    base = write(_base("a.yaml", HEAD + "  evidence: a: b\n"))
    (problem,) = _refused(base)
    assert "chưa được đọc" in describe(problem)
    (problem,) = _refused(write(_base("a.yaml", HEAD + "  zzz: b\n")))
    assert "chưa được đọc" not in describe(problem)


# --- words ------------------------------------------------------------------------------------------


def test_what_stands_where_a_list_belongs_is_quoted_as_it_was_written(write):
    (problem,) = _refused(write(_base("a.yaml", HEAD + "  sources:\n    document: 55/2023/TT-BTC\n")))
    assert "“document: …”" in describe(problem)


@pytest.mark.parametrize(
    ("content", "near"),
    [
        (HEAD + "  varaints: [b]\n", "variants"),
        (HEAD + "  sources:\n    - {document: 55/2023/TT-BTC, att: b}\n", "at"),
        (HEAD + "  topic: nha-oo\n", "nha-o"),
        (HEAD + "  sources:\n    - document: 55/2023\n", "55/2023/TT-BTC"),
        (HEAD + "  see_also: [soundd]\n", "sound"),
    ],
)
def test_the_nearest_known_name_is_suggested(write, content, near):
    (problem,) = _refused(write(_base("a.yaml", content)))
    assert problem.values["near"] == near
    assert f"“{near}”" in describe(problem)


def test_nothing_is_suggested_when_nothing_is_near(write):
    (problem,) = _refused(write(_base("a.yaml", HEAD + "  zzz: b\n")))
    assert "“" not in describe(problem)


def test_a_long_wrong_value_is_cut(write):
    (problem,) = _refused(write(_base("a.yaml", HEAD + f"  status: {'x' * 5_000}\n")))
    assert len(describe(problem)) < 200


def test_braces_in_a_value_are_just_braces(write):
    (problem,) = _refused(write(_base("a.yaml", HEAD + '  status: "{value} {0} {"\n')))
    assert "{value} {0} {" in describe(problem)


def test_every_code_has_a_planted_sample_and_a_phrase():
    elsewhere = {  # beside what stands in test_kb_dates, test_kb_figures, test_kb_likeness, test_kb_spelling
        *("outlives_sources", "replaced_since", "ended", "see_also_ended", "unsourced_figures"),
        *("alike", "alike_but_different", "stray_variant"),
        *("misspelt", "no_diacritics", "double_space", "odd_character"),
        *("law_suffix", "law_not_docx", "law_word_numbers"),  # test_kb_taking, and test_kb_law below
        *("law_no_articles", "law_article_again", "law_open_quote", "law_stray_line", "law_misnamed"),
        *("law_number_again", "law_number_skipped"),
        *("unknown_provision", "provision_left_out", "unread_provision"),
        *("unknown_place", "not_in_list", "unknown_province"),  # test_kb_places
        *("no_directory", "no_entries", "outside", "unreadable", "field_due", "superseded_in_circle"),
    }
    planted = {sample[0] for sample in UNLOADABLE + UNFINISHED} | elsewhere
    phrased = {key.removeprefix("problem.") for key in keys() if key.startswith("problem.")}
    assert len(planted) > 50
    assert planted == phrased - {"bad_value"}  # what pydantic may say one day


def test_every_phrase_is_used():
    sources = list((Path(__file__).parents[2] / "bot" / "kb").rglob("*.py"))
    assert len(sources) >= 4
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert {key for key in keys() if key.startswith("problem.") and f'"{key[8:]}"' not in text} == set()


def test_an_error_of_pydantic_that_we_do_not_know_has_what_its_phrase_needs():
    assert placeholders("problem.bad_value") == {"field", "value"}

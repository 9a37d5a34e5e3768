"""Files of entries are edited line by line, replaced whole or not at all, and never over another's edit."""

import multiprocessing
import unicodedata
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kb_files import Write

from bot.errors import BadFileName, ByHandOnly, Conflict, KnowledgeError
from bot.kb import load
from bot.kb.spelling import entry_lines, in_braces, plain
from bot.kb.writer import _in_order, _replace_all, appended, changed, digest, new_file, save

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
TEXT = """\
# yaml-language-server: $schema=../schema.json

# --- Nhà ở ---
- id: mot   # mã
  topic:   nha-o
  question: 'Một   là gì?'
  variants:            # cách hỏi khác
    # đã hỏi ở xã
    - một à
    - "hai: à"   # có dấu hai chấm

    - ba
       à
  answer: |   # sửa tháng 11
    Một.

    - a
  # căn cứ
  sources: [{document: 1/QĐ, at: Điều 1},
            {document: 2/QĐ}]
  status: checked   # đã đọc

- {id: hai, question: Hai,   answer: A}  # ngoặc
-
  topic: dat
  # câu hỏi
  question: Ba?
  id: ba
  answer: >-
    gấp
    lại
"""


def read(text: str) -> list[dict[str, object]]:
    return yaml.load(text, Loader=yaml.CBaseLoader)


def lines_of(text: str, fields: dict[str, object], entry: str = "mot") -> tuple[list[str], list[str]]:
    """Return the lines that an edit took away and those that it brought."""
    edited = changed(text, entry, fields)
    old, new = text.split("\n"), edited.split("\n")
    while old and new and old[0] == new[0]:
        old.pop(0), new.pop(0)
    while old and new and old[-1] == new[-1]:
        old.pop(), new.pop()
    return old, new


class TestAnEdit:
    @pytest.mark.parametrize(
        ("fields", "gone", "come"),
        [
            ({"topic": "dat"}, ["  topic:   nha-o"], ["  topic: dat"]),
            ({"status": "draft"}, ["  status: checked   # đã đọc"], ["  status: draft   # đã đọc"]),
            ({"answer": "Hai."}, ["    Một.", "", "    - a"], ["    Hai."]),
            ({"variants": ["một à", "hai: à", "ba à", "bốn"]}, [], ["    - bốn"]),
            ({"variants": ["một à", "x", "ba à"]}, ['    - "hai: à"   # có dấu hai chấm'], ["    - x"]),
            ({"valid_to": "2026-12-31"}, [], ["  valid_to: 2026-12-31"]),
            ({"topic": None}, ["  topic:   nha-o"], []),
            ({"see_also": ["hai", "ba"]}, [], ["  see_also: [hai, ba]"]),
            (
                {"sources": [{"document": "1/QĐ", "at": "Điều 2"}]},
                ["  sources: [{document: 1/QĐ, at: Điều 1},", "            {document: 2/QĐ}]"],
                ["  sources: [{document: 1/QĐ, at: Điều 2}]"],
            ),
            (
                {"evidence": "đọc ở\nđâu: đó"},
                [],
                ["  evidence: |", "    đọc ở", "    đâu: đó"],
            ),
            ({"question": "a # b"}, ["  question: 'Một   là gì?'"], ['  question: "a # b"']),
        ],
    )
    def test_touches_the_lines_of_what_it_changes(
        self, fields: dict[str, object], gone: list[str], come: list[str]
    ):
        assert lines_of(TEXT, fields) == (gone, come)

    def test_that_lengthens_a_line_keeps_the_comment_beside_it(self):
        assert lines_of(TEXT, {"status": "a\nb"})[1] == ["  status: |   # đã đọc", "    a", "    b"]
        assert changed(TEXT, "mot", {"answer": "Khác"}).count("  answer: |   # sửa tháng 11\n") == 1

    def test_keeps_comments_within_a_list_whose_items_change(self):
        edited = changed(TEXT, "mot", {"variants": ["đầu", "ba à"]})
        assert "    # đã hỏi ở xã\n    - đầu\n\n    - ba\n       à\n" in edited

    def test_that_says_what_stands_there_changes_nothing(self):
        same = {
            "question": " Một   là gì? ",
            "variants": ("một à", "hai: à", "ba à"),
            "answer": "Một.\n\n- a",
        }
        assert changed(TEXT, "mot", {**same, "valid_to": None, "see_also": []}) == TEXT

    def test_of_an_entry_in_braces_leaves_it_in_braces(self):
        old, new = lines_of(TEXT, {"answer": "B: c"}, "hai")
        assert old == ["- {id: hai, question: Hai,   answer: A}  # ngoặc"]
        assert new == ['- {id: hai, question: Hai, answer: "B: c"}  # ngoặc']

    def test_takes_a_field_away_from_beside_the_dash(self):
        edited = changed(TEXT, "ba", {"topic": None, "answer": "x"})
        assert edited.endswith("\n-\n  question: Ba?\n  id: ba\n  answer: |\n    x\n")

    def test_keeps_windows_line_breaks_a_byte_order_mark_and_a_missing_last_one(self):
        text = "\ufeff" + TEXT.replace("\n", "\r\n").removesuffix("\r\n")
        fields = {
            "answer": "Một.\nHai.",
            "variants": ["một à", "mới"],
            "valid_to": "2026-12-31",
            "topic": None,
        }
        edited = changed(text, "mot", fields)
        assert edited.startswith("\ufeff#") and edited.endswith("lại")
        assert edited.replace("\r\n", "").count("\n") == edited.replace("\r\n", "").count("\r") == 0
        assert edited.replace("\r\n", "\n") == changed(text.replace("\r\n", "\n"), "mot", fields)
        assert read(changed(text, "ba", {"answer": "cuối"})[1:])[2]["answer"] == "cuối\n"

    def test_of_an_entry_that_is_not_there_is_an_error(self):
        with pytest.raises(KeyError):
            changed(TEXT, "bon", {"topic": "x"})

    @pytest.mark.parametrize(
        "text",
        [
            "- {id: a, question: &q Q, answer: A}\n- id: mot\n  question: *q\n  answer: A\n",
            "- id: mot\n  question: &q Q\n  answer: A\n- {id: b, question: *q, answer: B}\n",
        ],
    )
    def test_that_would_break_an_anchor_is_refused(self, text: str):
        with pytest.raises(ByHandOnly):
            changed(text, "mot", {"question": "Khác"})

    def test_of_nothing_leaves_every_shipped_file_as_it_is(self):
        knowledge = load(KNOWLEDGE)
        assert len(knowledge.entries) > 100
        for name, (file, _) in knowledge.origins.items():
            text = (KNOWLEDGE / file).read_bytes().decode()
            assert changed(text, name, plain(knowledge.entries[name])) == text


class TestANewEntry:
    def test_stands_at_the_end_spelled_as_the_experts_do(self):
        added = appended(TEXT, {"id": "bon", "question": "Bốn: gì?", "answer": "4", "updated": "2026-11-29"})
        assert added == TEXT + (
            '- id: bon\n  question: "Bốn: gì?"\n  answer: |\n    4\n  updated: 2026-11-29\n'
        )

    def test_begins_a_file_with_the_place_of_the_schema(self):
        text = appended(new_file("regulations/a.yaml"), {"id": "a", "question": "Q", "answer": "A"})
        assert text.startswith("# yaml-language-server: $schema=../schema.json#/$defs/EntriesFile\n- id: a\n")

    def test_follows_the_files_indent_and_line_breaks(self):
        added = appended(
            "\ufeff  - {id: a, question: Q, answer: A}\r\n", {"id": "b", "question": "Q", "answer": "A"}
        )
        assert added.endswith("  - id: b\r\n    question: Q\r\n    answer: |\r\n      A\r\n")

    @pytest.mark.parametrize("text", ["[{id: a}]\n", "a: b\n", "- {id: a}\n...\n", "- [\n", "[]\n"])
    def test_is_refused_where_nothing_can_be_added(self, text: str):
        with pytest.raises(ByHandOnly):
            appended(text, {"id": "b", "question": "Q", "answer": "A"})

    def test_is_spelled_like_most_of_the_shipped_ones(self):
        knowledge = load(KNOWLEDGE)
        texts = "".join(path.read_text(encoding="utf-8") for path in KNOWLEDGE.rglob("*.yaml"))
        bare = texts.replace('"', "")  # some quote what needs no quotes
        spelled = ["\n".join(entry_lines(plain(one))) + "\n" for one in knowledge.entries.values()]
        alike = sum(text.replace('"', "") in bare for text in spelled)
        assert alike > 0.8 * len(knowledge.entries)


# --- whatever is in the file, and whatever is written ------------------------------------------------

WORDS = st.one_of(
    st.sampled_from(
        ["Một", "a: b", "- a", "# a", "'a'", '"a"', "[a", "{a}", "12", "yes", "2026-11-01", "a #b", "a\nb",
         "a\n\n  b\n", "*a", "&a", "!a", "%a", "@a", "`a", "a:", "?", "-", "~", "null", "é", "e\u0301",
         "a\tb", "a\u2028b", "\u00a0a", "a\u0085b", "\U0001f600", "a \nb", "a\\n", "|", ">", "--- a", "...",
         "---", "a\r\nb"]
    ),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"),
        min_size=1, max_size=20,
    ),
).filter(lambda text: text.strip() != "")  # fmt: skip
LISTS = st.lists(WORDS, min_size=1, max_size=4)
SOURCES = st.lists(st.fixed_dictionaries({"document": WORDS}, optional={"at": WORDS}), min_size=1, max_size=3)
OPTIONAL = {"topic": WORDS, "evidence": WORDS, "variants": LISTS, "tests": LISTS, "sources": SOURCES,
            "see_also": LISTS, "updated": st.just("2026-11-29")}  # fmt: skip
WHOLE = st.fixed_dictionaries({"question": WORDS, "answer": WORDS}, optional=OPTIONAL)
PART = st.fixed_dictionaries(
    {}, optional={name: st.none() | value for name, value in OPTIONAL.items()} | {"answer": WORDS}
)
NOISE = st.sampled_from(["", "# lời ghi\n", "\n", "   \n", "  # thụt\n\n"])


def mean(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows as a base would read them."""

    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items() if inner}
        if isinstance(value, list | tuple):
            return [bare(item) for item in value]
        return unicodedata.normalize("NFC", str(value)).strip()

    return [bare(row) for row in rows]  # type: ignore[misc]


@given(
    entries=st.lists(WHOLE, min_size=1, max_size=3),
    noise=st.lists(NOISE, min_size=4, max_size=4),
    braces=st.sets(st.integers(0, 2)),
    fields=PART,
    at=st.integers(0, 2),
    windows=st.booleans(),
)
@example(
    entries=[{"question": "a", "answer": "a"}],
    noise=["", "", "", ""],
    braces=set(),
    fields={},
    at=0,
    windows=True,
)
@settings(max_examples=300)
def test_any_edit_of_any_file_says_what_it_should_and_leaves_all_other_lines(
    entries, noise, braces, fields, at, windows
):
    rows = [{"id": f"m{number}", **entry} for number, entry in enumerate(entries)]
    texts = [noise[3]]
    for number, row in enumerate(rows):
        written = f"- {in_braces(row)}\n" if number in braces else "\n".join(entry_lines(row)) + "\n"
        texts += [written, noise[number]]
    text = "".join(texts).replace("\n", "\r\n" if windows else "\n")
    assert mean(read(text)) == mean(rows)
    at %= len(rows)
    edited = changed(text, f"m{at}", fields)
    wanted = [dict(row) for row in rows]
    wanted[at] = {name: value for name, value in {**rows[at], **fields}.items() if value}
    assert mean(read(edited)) == mean(wanted)
    before, after = (
        "".join(part).replace("\n", "\r\n" if windows else "\n")
        for part in (texts[: 2 * at + 1], texts[2 * at + 2 :])
    )
    assert edited.startswith(before) and edited.endswith(after)
    added = appended(edited, {"id": "moi", **entries[0]})
    assert added.startswith(edited)
    assert mean(read(added)) == mean([*wanted, {"id": "moi", **entries[0]}])


@given(entry=st.sampled_from(["mot", "hai", "ba"]), fields=PART, windows=st.booleans())
@settings(max_examples=200)
def test_any_edit_of_a_file_full_of_comments_leaves_the_other_entries_and_every_comment_above_them(
    entry, fields, windows
):
    text = TEXT.replace("\n", "\r\n") if windows else TEXT
    edited = changed(text, entry, fields)
    wanted = [dict(row) for row in read(TEXT)]
    at = [row["id"] for row in wanted].index(entry)
    wanted[at] = {name: value for name, value in {**wanted[at], **fields}.items() if value}
    assert mean(read(edited)) == mean(wanted)
    starts = [text.index(begin) for begin in ("- id: mot", "- {id: hai", "-\r\n" if windows else "-\n")]
    ends = [text.index("- {id: hai") - (2 if windows else 1), text.index("  # ngoặc"), len(text)]
    assert edited.startswith(text[: starts[at]])
    assert edited.endswith(text[ends[at] :])


# --- files ----------------------------------------------------------------------------------------

A = "- {id: a, question: Một, answer: A}\n"
B = "- {id: b, question: Hai, answer: B}\n"
TOPICS = "- {id: nha-o, title: Nhà ở}\n"


def files(base: Path) -> dict[str, str]:
    return {
        path.relative_to(base).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(base.rglob("*"))
        if path.is_file()
    }


def _save_mine(base: Path, number: int, results: "multiprocessing.SimpleQueue[str]") -> None:
    """Be one of several who edited the same text."""
    try:
        save(base, {"a.yaml": A.replace("A}", f"Người {number}}}")}, {"a.yaml": digest(A)})
        results.put(str(number))
    except Conflict:
        results.put("conflict")


class TestSaving:
    def test_replaces_what_is_still_as_it_was_and_returns_the_base(self, write: Write):
        base = write({"a.yaml": A, "b.yaml": B})
        (base / "a.yaml").chmod(0o664)
        knowledge = save(base, {"a.yaml": A.replace("A}", "Khác}")}, {"a.yaml": digest(A)})
        assert knowledge.entries["a"].answer == "Khác" == load(base).entries["a"].answer
        assert files(base) == {"a.yaml": A.replace("A}", "Khác}"), "b.yaml": B}
        assert (base / "a.yaml").stat().st_mode & 0o777 == 0o664

    def test_makes_new_files_and_their_folder(self, write: Write):
        base = write({"a.yaml": A})
        save(base, {"practices/b.yaml": B}, {"practices/b.yaml": None})
        assert files(base) == {"a.yaml": A, "practices/b.yaml": B}

    @pytest.mark.parametrize(("found", "was"), [(A + "# khác\n", A), (None, A), (A, None)])
    def test_over_what_somebody_else_wrote_is_a_conflict(self, write: Write, found, was):
        base = write({"b.yaml": B, **({"a.yaml": found} if found else {})})
        before = files(base)
        with pytest.raises(Conflict) as refused:
            save(base, {"b.yaml": B, "a.yaml": A}, {"b.yaml": digest(B), "a.yaml": digest(was)})
        assert refused.value.where == "a.yaml"
        assert files(base) == before

    @pytest.mark.parametrize(
        "texts",
        [
            {"a.yaml": "- {id: a"},
            {"a.yaml": "- {id: a, question: Một}\n"},
            {"a.yaml": B},
            {"a.yaml": A, "c.yaml": "- {id: c, question: Ba, answer: C, topic: khong-co}\n"},
            {"a.yaml": A.replace("A}", "A, see_also: [c]}")},
            {"khac/c.yaml": "- {id: c, question: Ba, answer: C}\n"},
            {"c.yaml": "#" * 3_000_000},
        ],
    )
    def test_leaves_everything_when_the_base_would_not_load(self, write: Write, texts: dict[str, str]):
        base = write({"a.yaml": A, "b.yaml": B, "topics.yaml": TOPICS})
        before = files(base)
        with pytest.raises(KnowledgeError):
            save(base, texts, {name: digest(before.get(name)) for name in texts})
        assert files(base) == before

    @pytest.mark.parametrize(
        "name",
        ["../c.yaml", "/tmp/c.yaml", "practices/../../c.yaml", ".c.yaml", "practices/.x/c.yaml", "a\\c.yaml",
         "c.txt", "c.yml", ""],
    )  # fmt: skip
    def test_under_a_name_that_no_file_of_a_base_has_is_refused(self, write: Write, name: str):
        base = write({"a.yaml": A})
        with pytest.raises(BadFileName):
            save(base, {name: B}, {name: None})
        assert files(base.parent) == {"base/a.yaml": A}

    def test_of_several_files_puts_first_what_the_others_need(self, write: Write):
        base = write({"a.yaml": A, "topics.yaml": TOPICS})
        texts = {
            "a.yaml": A.replace("A}", "A, see_also: [b], topic: dat}"),
            "b.yaml": B.replace("B}", "B, topic: dat}"),
            "topics.yaml": TOPICS + "- {id: dat, title: Đất}\n",
        }
        assert list(_in_order(base, texts)) == ["topics.yaml", "b.yaml", "a.yaml"]

    def test_that_fails_halfway_puts_back_what_was_replaced(self, write: Write):
        base = write({"a.yaml": A, "in-the-way/x.txt": "x"})
        texts = {"a.yaml": "khác", "b.yaml": B, "in-the-way": "khác"}
        before = files(base)
        with pytest.raises(OSError):
            _replace_all(base, texts, list(texts))
        assert files(base) == before

    def test_through_a_link_leaves_the_link(self, write: Write):
        base = write({"regulations/a.yaml": A})
        (base / "lien-ket.yaml").symlink_to("regulations/a.yaml")
        (base / "regulations/a.yaml").write_text("[]\n", encoding="utf-8")
        _replace_all(base, {"lien-ket.yaml": A}, ["lien-ket.yaml"])
        assert (base / "lien-ket.yaml").is_symlink()
        assert (base / "regulations/a.yaml").read_text(encoding="utf-8") == A

    def test_by_two_at_once_lets_one_through(self, write: Write):
        base = write({"a.yaml": A})
        context = multiprocessing.get_context("spawn")
        results = context.SimpleQueue()
        savers = [context.Process(target=_save_mine, args=(base, number, results)) for number in range(4)]
        for saver in savers:
            saver.start()
        for saver in savers:
            saver.join(60)
        told = [results.get() for _ in savers]
        [winner] = [one for one in told if one != "conflict"]
        assert f"Người {winner}" in (base / "a.yaml").read_text(encoding="utf-8")

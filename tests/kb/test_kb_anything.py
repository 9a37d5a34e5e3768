"""Whatever a file holds, loading ends in a base or in a KnowledgeError that can be read aloud."""

import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.kb import check, describe, load
from bot.kb.loader import MAX_BYTES

NAMES = st.sampled_from(["a.yaml", "topics.yaml", "documents.yaml", "glossary.yaml", "off_topic.yaml"])
PIECES = [
    *(
        "- ",
        "id: ",
        "a",
        "\n",
        "  ",
        "\t",
        ":",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "|",
        ">",
        "'",
        '"',
    ),
    *("#", "!!str ", "!<x>", "---\n", "...\n", "%YAML 1.1\n", "question: ", "answer: ", "<b>", "2026-02-30"),
    *("\r", "\\", "\ufeff", "\u2028", "\x85", "\U0001f600", "đ", "e\u0301", "{x}", "superseded_by: a"),
]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "question", "answer", "sources", "document", "topic", "see_also", "project", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
DUMPED = VALUES.map(lambda value: yaml.safe_dump(value, allow_unicode=True))


def _ends_well(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / name).write_bytes(content)
        try:
            problems = check(load(Path(directory)))
        except KnowledgeError as error:
            problems = error.problems
            assert problems
        for problem in problems:
            assert problem.line >= 1 and problem.column >= 1
            assert describe(problem)


@given(name=NAMES, text=st.text() | YAMLISH | DUMPED)
@example(name="a.yaml", text='- {id: a, question: "\\ud800", answer: A}')
@example(name="a.yaml", text='- {id: a, question: "\\0", answer: "\\0"}')
@settings(max_examples=300)
def test_any_text_is_a_base_or_a_list_of_problems(name, text):
    _ends_well(name, text.encode())


@given(name=NAMES, content=st.binary())
def test_any_bytes_are_a_base_or_a_list_of_problems(name, content):
    _ends_well(name, content)


@pytest.mark.parametrize(
    "piece", ["[", "{a: ", "- ", "? ", "a: &a b\n", "'", '"', "\\", "|\n", "--- \n", "#"]
)
def test_two_mebibytes_of_anything_neither_crash_nor_hang(piece):
    _ends_well("a.yaml", (piece * MAX_BYTES)[:MAX_BYTES].encode())


@pytest.mark.parametrize(
    "piece", ["[", "<", "*", "![", "<!--", "[a](", "> ", "`", "<a href='", "a", "a.", "1,", "A1-", "]("]
)
def test_an_answer_of_markdowns_own_signs_is_read_in_bounded_time(piece):
    answer = yaml.safe_dump([{"id": "a", "question": "Q", "answer": "x" + piece * 200_000}])
    _ends_well("a.yaml", answer.encode())


def test_aliases_of_aliases_do_not_multiply():
    levels = "".join(f"    - &l{n} [{', '.join([f'*l{n - 1}'] * 2)}]\n" for n in range(1, 4))
    big = "[" + "x," * 40_000 + "]"
    _ends_well("a.yaml", f"- id: a\n  question: Q\n  answer: A\n  tests:\n    - &l0 {big}\n{levels}".encode())

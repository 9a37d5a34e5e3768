"""Code and phrases in step: every `say` finds its phrase and gives what it needs, every phrase is said."""

import ast
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, nodes

from bot.cli import FILE_ERRORS, NOT_WRITTEN
from bot.domain import Reason, Verdict
from bot.errors import WriteError
from bot.kb import json_schema
from bot.kb.diff import Kind
from bot.kb.lineage import Relation
from bot.kb.validity import DocumentState
from bot.matching import PARTS
from bot.phrases import keys, placeholders, say
from bot.web.pages import TROUBLE

BOT = Path(__file__).parents[1] / "bot"
LOCALES = sorted((BOT / "locale").glob("*.yaml"))

# Where the key is worked out: (module, the expression) -> the phrases that it may stand for.
DYNAMIC: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("notices.py", "f'trouble.{trouble}'"): ("trouble.*",),
    ("cli/__init__.py", "f'revision.{error.code}'"): ("revision.*",),
    ("cli/changes.py", "f'diff.{change.kind.value}'"): tuple(f"diff.{kind.value}" for kind in Kind),
    ("cli/drafting.py", "f'category.{one.value}'"): ("category.*",),
    ("cli/stats.py", "f'stats.kind.{category.value}'"): ("stats.kind.*",),
    ("cli/law.py", "f'law_text.left.{why}'"): ("law_text.left.*",),
    ("cli/law.py", "f'law_text.{name}'"): ("law_text.articles", "law_text.clauses", "law_text.points"),
    ("cli/replayed.py", "f'replay.turn.{one.turn.value}'"): ("replay.turn.*",),
    ("cli/replayed.py", "f'console.verdict.{got.verdict.value}'"): ("console.verdict.*",),
    ("cli/unanswered.py", "f'reason.{item.reason.value}'"): ("reason.*",),
    ("cli/__init__.py", "f'cli.database_refused.{error.backend}'"): ("cli.database_refused.*",),
    ("cli/__init__.py", "NOT_WRITTEN[type(error)]"): tuple(NOT_WRITTEN.values()),
    ("cli/__init__.py", "key"): tuple(FILE_ERRORS.values()),
    ("explaining.py", "f'explain.verdict.{verdict.value}'"): ("explain.verdict.*",),
    ("explaining.py", "f'explain.part.{part}'"): ("explain.part.*",),
    ("trying.py", "f'explain.part.{part}'"): ("explain.part.*",),
    ("web/console/dashboard.py", "f'console.verdict.{end.value}'"): ("console.verdict.*",),
    ("web/console/naming.py", "f'reason.{reason.value}'"): ("reason.*",),
    ("web/console/naming.py", "f'item_state.{state.value}'"): ("item_state.*",),
    ("web/console/naming.py", "f'console.act.{kind.value}'"): ("console.act.*",),
    ("web/console/naming.py", "f'console.order.{order.value}'"): ("console.order.*",),
    ("web/console/exports.py", "f'console.verdict.{one.verdict.value}'"): ("console.verdict.*",),
    ("cli/unanswered.py", "f'item_state.{item.state.value}'"): ("item_state.*",),
    ("cli/counting.py", "f'reason.{reason.value}'"): ("reason.*",),
    ("handlers/command.py", "key"): ("unusable.empty", "unusable.media"),
    ("handlers/question.py", "key"): ("not_ours.household", "not_ours.off_topic"),
    ("handlers/review.py", "f'reason.{item.reason.value}'"): ("reason.*",),
    ("handlers/review.py", "f'reason.{reason.value}'"): ("reason.*",),
    ("handlers/review.py", "f'did.{act.kind.value}'"): ("did.*",),
    ("handlers/review.py", "f'state.{item.state.value}'"): (
        "state.new",
        "state.asking",
        "state.merged",
        "state.withdrawn",
    ),
    ("handlers/review.py", "key"): ("review.write_answer", "review.write_question", "review.write_body"),
    ("web/console/editing.py", "f'console.field.{_label(name)}'"): ("console.field.*",),
    ("web/console/steps.py", "f'console.propose.{error.code}'"): (
        "console.propose.uncommitted",
        "console.propose.git",
    ),
    ("renewal.py", "key"): ("recall.changed", "recall.gone"),
    ("reviewing/standing.py", "f'conflict.{error.code}'"): ("conflict.*",),
    ("reviewing/words.py", "key"): ("told.head", "told.by_base", "told.withdrawn", "asked_back.head"),
    ("reviewing/words.py", "f'told.{reason.value}'"): ("told.off_topic", "told.household", "told.other_body"),
    ("documents.py", "f'document.relation.{kin.relation.value}'"): tuple(
        f"document.relation.{relation.value}" for relation in Relation
    ),
    ("documents.py", "f'document.badge.{document_state(knowledge, number, on).value}'"): tuple(
        f"document.badge.{state.value}" for state in DocumentState
    ),
    ("documents.py", "f'document.missing.{name}'"): ("document.missing.*",),
    ("handlers/document.py", "key"): ("document.which", "document.which_of_many"),
    ("handlers/compose.py", "key"): ("authority.*",),
    ("handlers/command.py", "each.phrase"): ("command.*",),
    ("channels/telegram/__init__.py", "command.phrase"): ("command.*",),
    ("handlers/choice.py", "key"): ("recorded.bad", "recorded.expert", "recorded.none_of_these"),
    ("web/pages.py", "TROUBLE.get(status, 'web.trouble.other')"): (*TROUBLE.values(), "web.trouble.other"),
    ("kb/schema.py", "f'schema.{name}.self'"): ("schema.*.self",),
    ("kb/schema.py", "f'schema.{name}.{key}'"): ("schema.*",),
    ("kb/merge.py", "f'category.{one.value}'"): ("category.*",),
    ("kb/sheet.py", "f'sheet.column.{name}'"): ("sheet.column.*",),
    ("kb/sheet.py", "f'sheet.problem.{code}'"): ("sheet.problem.*",),
    ("kb/sheet.py", "f'problem.{code}'"): ("problem.*",),
    ("kb/template.py", "f'schema.Entry.{name}'"): ("schema.Entry.*",),
    ("kb/template.py", "f'template.example.{name}'"): ("template.example.*",),
    ("kb/problems.py", "f'problem.{problem.code}'"): ("problem.*",),
}


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of `say`, and of functions that hand a key and values on to it unchanged."""
    for path in sorted(BOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        relays = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and "say(key, **values)" in ast.unparse(node)
        ]
        inside = {id(node) for relay in relays for node in ast.walk(relay)}
        says = {"say", *(relay.name for relay in relays)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in says and id(node) not in inside:
                yield path.relative_to(BOT).as_posix(), node


def in_templates() -> Iterator[tuple[str, str, frozenset[str]]]:
    for path in sorted((BOT / "web" / "templates").rglob("*.html")):
        for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                key = call.args[0]
                assert isinstance(key, nodes.Const), f"{path.name}:{call.lineno}: write the key out"
                yield f"{path.name}:{call.lineno}", key.value, frozenset(word.key for word in call.kwargs)


def meant(pattern: str) -> frozenset[str]:
    return frozenset(key for key in keys() if re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), key))


@cache
def said() -> tuple[tuple[str, str, frozenset[str] | None], ...]:
    """Where, which phrase, and the values given; None where they are handed over as `**`."""
    found: list[tuple[str, str, frozenset[str] | None]] = []
    for module, call in calls():
        given = frozenset(word.arg or "**" for word in call.keywords)
        values = None if "**" in given else given
        key = call.args[0]
        patterns = (key.value,) if isinstance(key, ast.Constant) else DYNAMIC[module, ast.unparse(key)]
        names = [name for pattern in patterns for name in meant(pattern) or [pattern]]
        found += [(f"{module}:{call.lineno}", name, values) for name in names]
    return (*found, *in_templates())


def test_every_say_has_its_phrase_with_exactly_its_placeholders():
    assert len(said()) > 100
    assert [f"{where}: no phrase {key}" for where, key, _ in said() if key not in keys()] == []
    off = [
        f"{where}: {key} needs {sorted(placeholders(key))}, is given {sorted(values)}"
        for where, key, values in said()
        if values is not None and placeholders(key) != values
    ]
    assert off == []


def test_a_key_that_is_worked_out_is_listed_and_still_worked_out_so():
    worked_out = {
        (module, ast.unparse(call.args[0]))
        for module, call in calls()
        if not isinstance(call.args[0], ast.Constant)
    }
    assert worked_out == set(DYNAMIC)


def test_every_phrase_is_said_somewhere():
    assert keys() - {key for _, key, _ in said()} == set()


def test_templates_are_read():
    written = [path.read_text(encoding="utf-8") for path in (BOT / "web" / "templates").rglob("*.html")]
    assert len(list(in_templates())) == sum(len(re.findall(r"\bsay\(", text)) for text in written) > 30


def test_every_reason_to_wait_has_words():
    assert meant("reason.*") == {f"reason.{reason.value}" for reason in Reason}


def test_every_part_and_verdict_of_an_explanation_has_words():
    assert meant("explain.part.*") == {f"explain.part.{part}" for part in PARTS}
    verdicts = set(Verdict) - {Verdict.OPENED, Verdict.PLACE, Verdict.DOCUMENT}  # the matcher finds entries
    assert meant("explain.verdict.*") == {f"explain.verdict.{verdict.value}" for verdict in verdicts}


def test_every_reason_not_to_write_has_words():
    assert set(NOT_WRITTEN) == set(WriteError.__subclasses__())
    assert meant("write.*") == set(NOT_WRITTEN.values())


def test_every_help_of_the_schema_is_of_something_in_it():
    definitions = json_schema()["$defs"]
    fields = {
        f"schema.{name}.{key}" for name, one in definitions.items() for key in one.get("properties", {})
    }
    assert meant("schema.*") == fields | {f"schema.{name}.self" for name in definitions}


def texts() -> Iterator[tuple[str, str]]:
    def walk(node: object, at: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield from walk(value, f"{at}.{key}")
        else:
            yield at, str(node)

    for path in LOCALES:
        yield from walk(yaml.safe_load(path.read_text(encoding="utf-8")), path.stem)


RULES = {
    "is text": lambda text: bool(text.strip()),
    "is NFC": lambda text: unicodedata.is_normalized("NFC", text),
    "has no space at the end of a line": lambda text: not re.search(r"[ \t]$", text, re.MULTILINE),
    "has no double space, tab or hidden character": lambda text: (
        not re.search(r"\S {2,}|[\t\r\u00a0\u200b-\u200f\ufeff]", text.replace("\n    ", "\n"))
    ),
    "says bot and anh/chị, never bạn": lambda text: not re.search(r"\bbạn\b", text, re.IGNORECASE),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_phrase(rule: str):
    found = dict(texts())
    assert len(found) == len(keys()) > 100
    assert [key for key, text in found.items() if not RULES[rule](text)] == []


def test_no_key_stands_in_two_files():
    tops = [set(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in LOCALES]
    assert len(tops) == 3
    assert sum(map(len, tops)) == len(set().union(*tops))


def test_no_key_is_written_twice_in_a_file():
    for path in LOCALES:
        node = yaml.compose(path.read_text(encoding="utf-8"))
        pending = [node]
        while pending:
            mapping = pending.pop()
            names = [key.value for key, _ in mapping.value]
            assert len(names) == len(set(names)), f"{path.name}: {sorted(names)}"
            pending += [value for _, value in mapping.value if isinstance(value, yaml.MappingNode)]


def test_an_unknown_phrase_or_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        say("no.such.phrase")
    with pytest.raises(KeyError):
        say("unanswered.recorded")


def test_values_are_words_and_never_templates():
    assert say("mine.waiting", number=7, text="{number} {x} %s") == "#7 {number} {x} %s → đang chờ chuyên gia"

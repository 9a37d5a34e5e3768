"""What is compared: this matcher, and what people use instead, each as one function from a text to scores."""

import sqlite3
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process, utils

from bot.domain import Candidate
from bot.kb import Knowledge
from bot.matching import build
from bot.normalise import fold

Method = Callable[[str], Sequence[Candidate]]  # best first, with any score that grows with confidence
MOST = 4


def hoidap(knowledge: Knowledge) -> Method:
    """This matcher."""
    matcher = build(knowledge, 0.02)
    return lambda text: matcher.match(text).candidates


def _phrasings(knowledge: Knowledge) -> tuple[list[str], list[str]]:
    pairs = [(entry.id, text) for entry in knowledge.entries.values() for text in entry.phrasings]
    return [owner for owner, _ in pairs], [text for _, text in pairs]


def wratio(knowledge: Knowledge) -> Method:
    """`rapidfuzz.process.extract` with WRatio, as in most bots."""
    return _rapidfuzz(knowledge, fuzz.WRatio, utils.default_process)


def token_set(knowledge: Knowledge) -> Method:
    """RapidFuzz's token_set_ratio on texts without diacritics."""
    return _rapidfuzz(knowledge, fuzz.token_set_ratio, lambda text: utils.default_process(fold(text)))


def _rapidfuzz(knowledge: Knowledge, scorer: Callable[..., float], processor: Callable[[str], str]) -> Method:
    owners, texts = _phrasings(knowledge)
    prepared = [processor(text) for text in texts]

    def ask(text: str) -> Sequence[Candidate]:
        found = process.extract(processor(text), prepared, scorer=scorer, limit=MOST * 6)
        return _by_entry((owners[at], score) for _, score, at in found)

    return ask


def fts5_trigram(knowledge: Knowledge) -> Method:
    """SQLite's full-text search over trigrams of the folded texts, ranked by BM25."""
    owners, texts = _phrasings(knowledge)
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table t using fts5(text, tokenize='trigram')")
    database.executemany("insert into t(rowid, text) values (?, ?)", enumerate(map(fold, texts)))

    def ask(text: str) -> Sequence[Candidate]:
        words = " OR ".join(f'"{word}"' for word in fold(text).replace('"', " ").split() if len(word) > 2)
        if not words:
            return ()
        rows = database.execute(
            "select rowid, -bm25(t) from t where t match ? order by bm25(t) limit ?", (words, MOST * 6)
        )
        return _by_entry((owners[at], score) for at, score in rows)

    return ask


def _by_entry(found: object) -> Sequence[Candidate]:
    best: dict[str, float] = {}
    for owner, score in found:  # type: ignore[attr-defined]
        best.setdefault(owner, score)
    return [Candidate(owner, score) for owner, score in list(best.items())[:MOST]]


METHODS: dict[str, Callable[[Knowledge], Method]] = {
    "hoidap": hoidap,
    "rapidfuzz WRatio": wratio,
    "rapidfuzz token_set, folded": token_set,
    "SQLite FTS5 trigram": fts5_trigram,
}

"""What is compared: this matcher, and what people use instead, each as one function from a text to scores."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz, process, utils

from bot.domain import Candidate, Wishes
from bot.kb import Knowledge
from bot.matching import build
from bot.normalise import fold

Method = Callable[[str], Sequence[Candidate]]  # best first, with any score that grows with confidence
OURS = "hoidap"
MOST = 4
_PHRASINGS = MOST * 6  # that are fetched, so that among them are `MOST` entries
_FOLDED_WORD = re.compile(r"\w+")


def hoidap(knowledge: Knowledge) -> Method:
    """This matcher."""
    matcher = build(knowledge, Wishes())
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
        found = process.extract(processor(text), prepared, scorer=scorer, limit=_PHRASINGS)
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
            "select rowid, -bm25(t) from t where t match ? order by bm25(t) limit ?", (words, _PHRASINGS)
        )
        return _by_entry((owners[at], score) for at, score in rows)

    return ask


def bm25s_words(knowledge: Knowledge) -> Method:
    """bm25s (Lucene's BM25 in sparse matrices) on folded words."""
    from bm25s import BM25  # here, because the bench group's libraries are not there for tests of the rest

    owners, texts = _phrasings(knowledge)
    index = BM25()
    index.index([_words(text) for text in texts], show_progress=False)
    most = min(_PHRASINGS, len(texts))

    def ask(text: str) -> Sequence[Candidate]:
        places, scores = index.retrieve([_words(text)], k=most, show_progress=False)
        return _by_entry(
            (owners[at], float(score)) for at, score in zip(places[0], scores[0], strict=True) if score > 0
        )

    return ask


def tantivy_words(knowledge: Knowledge) -> Method:
    """Tantivy (Rust's Lucene) with its own tokenizer and BM25, any word may match, on folded texts."""
    import tantivy

    owners, texts = _phrasings(knowledge)
    schema = tantivy.SchemaBuilder().add_text_field("text").add_unsigned_field("at", stored=True).build()
    index = tantivy.Index(schema)  # in memory
    writer = index.writer(num_threads=1)
    for at, text in enumerate(texts):
        writer.add_document(tantivy.Document(text=fold(text), at=at))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> Sequence[Candidate]:
        query = index.parse_query(" ".join(_words(text)), ["text"])
        hits = searcher.search(query, _PHRASINGS).hits
        return _by_entry((owners[searcher.doc(address)["at"][0]], score) for score, address in hits)

    return ask


def _words(text: str) -> list[str]:
    return _FOLDED_WORD.findall(fold(text))


def _by_entry(found: Iterable[tuple[str, float]]) -> Sequence[Candidate]:
    best: dict[str, float] = {}
    for owner, score in found:
        best.setdefault(owner, score)
    return [Candidate(owner, score) for owner, score in list(best.items())[:MOST]]


METHODS: dict[str, Callable[[Knowledge], Method]] = {
    OURS: hoidap,
    "rapidfuzz WRatio": wratio,
    "rapidfuzz token_set, folded": token_set,
    "SQLite FTS5 trigram": fts5_trigram,
    "bm25s, folded": bm25s_words,
    "tantivy, folded": tantivy_words,
}

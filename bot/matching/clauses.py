"""Clauses of the law that a question without an answer may be about, and whether that is sure enough to say.

A clause says its own words, those of the titles that it stands under, and a little of what officers ask where
an entry cites it: law is not written as people ask. How good that is, and from how sure on a clause may be
shown, is tried on the base's own tests, each without the entry that it belongs to (docs/matching.md).
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from bot.kb import Knowledge
from bot.kb.law import Piece
from bot.matching.grams import Counts, Family, Floats, Ints, Vocabulary, learn
from bot.matching.lexicon import Lexicon
from bot.matching.material import Phrasing
from bot.normalise import Normaliser, Question
from bot.normalise.provisions import Provision

CLOSE = 0.8  # of the best clause's score: one that has as much is shown beside it
THIRD = 2  # the place, from 0, that sure findings stand out from
RIGHT = 0.7  # share of the questions shown clauses that have to find one there which their entry cites
FEWEST = 20  # tests shown clauses, from which that share means anything
CITED = 0.1  # times that a phrasing of an entry counts among the words of each clause that the entry cites
MOST_CITED = 0.1  # share of the entries: a clause that more of them cite (who pays, until when) tells nothing
FOLDS = 5
DEEPEST = 3  # places that the trial counts

Place = tuple[str, Provision]  # a document's number and an article or clause of it


@dataclass(frozen=True, slots=True)
class Trial:
    """How the base's own tests fare whose entries cite a clause that the base has: counts of questions."""

    asked: int = 0
    first: int = 0  # a cited clause came first
    third: int = 0  # it was among the first three
    first_article: int = 0  # the same for articles
    third_article: int = 0
    shown: int = 0  # of all tests, those that would be shown clauses
    right: int = 0  # a cited clause was among those shown


@dataclass(frozen=True, slots=True)
class Clauses:
    """Finds clauses. Immutable.

    Args:
        places: what can be found, a clause, or an article without clauses, each.
        documents: per place, the canonical token of its document.
        vocabulary: that all texts were counted with.
        lexicon: what each place says.
        bar: sureness from which on clauses may be shown; infinite where too little is known.
        trial: how good that is.
    """

    places: Sequence[Place]
    documents: Sequence[str]
    vocabulary: Vocabulary
    lexicon: Lexicon
    bar: float = np.inf
    trial: Trial = Trial()

    def near(self, question: Question) -> tuple[Place, ...]:
        """Return the clauses worth showing for a question that has no answer, the likeliest first."""
        if not question.folded:
            return ()
        found = self.ranked([question])
        if found.sureness[0] < self.bar:
            return ()
        return tuple(self.places[at] for at in found.orders[0, : found.shown[0]])

    def ranked(self, questions: Sequence[Question]) -> "Ranked":
        """Return the places of each question, the likeliest first, and how sure that is.

        Sure is what has a high BM25 for its length, is worded as the law is, and stands out from the third.
        """
        counts, each = self.vocabulary.count(questions), np.arange(len(questions))
        scores, _ = self.lexicon.scores(counts)
        for at, question in enumerate(questions):
            if named := [place for place, own in enumerate(self.documents) if own in question.documents]:
                scores[at, np.setdiff1d(np.arange(len(self.places)), named)] = 0
        orders = np.argsort(-scores, axis=1, kind="stable")
        best, second, third = (
            scores[each, orders[:, place]]
            if place < len(self.places)
            else np.zeros(len(questions), np.float32)
            for place in range(THIRD + 1)
        )
        lengths = np.sqrt([max(len(question.folded.split()), 1) for question in questions])
        coverage = self.lexicon.coverage(counts, each, orders[:, 0])
        sureness = best / lengths * np.sqrt(coverage) * (2 - third / np.maximum(best, 1e-6))
        return Ranked(orders, np.asarray(sureness, np.float32), np.where(second >= CLOSE * best, 2, 1))


class Ranked(NamedTuple):
    """The places of some questions, the likeliest first; how sure that is; how many are worth showing."""

    orders: Ints  # questions x places
    sureness: Floats
    shown: Ints  # 1 or 2


def build_clauses(
    knowledge: Knowledge, phrasings: Sequence[Phrasing], normalise: Normaliser
) -> Clauses | None:
    """Build what finds clauses, or return None for a base without the text of any regulation.

    Args:
        knowledge: the base.
        phrasings: of its entries and groups, understood.
        normalise: how its texts, and questions, are understood.
    """
    shelf = _Shelf(knowledge, phrasings, normalise)
    if not shelf.places:
        return None
    bar, trial = _tried(shelf, knowledge, normalise)
    found = shelf.clauses(())
    return Clauses(found.places, found.documents, found.vocabulary, found.lexicon, bar, trial)


class _Shelf:
    """Counts the texts once, and makes finders that know some of the entries."""

    def __init__(self, knowledge: Knowledge, phrasings: Sequence[Phrasing], normalise: Normaliser) -> None:
        pieces = [
            (law.document, article, piece)
            for law in knowledge.law.values()
            for article in law.articles
            for piece in _leaves(article)
        ]
        self.places: list[Place] = [(document, piece.at) for document, _, piece in pieces]
        self.cited = _cited(knowledge, self.places)
        self._documents = [
            token for number, _ in self.places for token in normalise(number).documents[:1] or ("",)
        ]
        if not pieces:
            return
        self._asked = [one for one in phrasings if one.label in self.cited and not one.is_miss]
        titles = [normalise(" ".join([*article.under, article.words[0]])) for _, article, _ in pieces]
        bodies = [normalise(piece.text) for *_, piece in pieces]
        vocabulary, counts = learn([*titles, *bodies, *(one.text for one in self._asked)])
        # Runs of characters would find two more in a hundred, and double the size: words do.
        self._vocabulary = replace(vocabulary, runs=Family(np.zeros(0, np.uint64), np.zeros(0, np.float32)))
        counts = Counts(counts.words, counts.runs[:, :0], counts.unknown)
        self._titles, self._bodies, self._phrased = (
            counts[np.arange(start, end)]
            for start, end in pairwise((0, len(pieces), 2 * len(pieces), len(counts.unknown)))
        )

    def clauses(self, without: Collection[str]) -> Clauses:
        """Return a finder to which nobody told what the entries `without` ask and cite."""
        common = MOST_CITED * len(self.cited)
        citing = Counter(place for places in self.cited.values() for place in places)
        pairs = [
            (place, at)
            for at, one in enumerate(self._asked)
            if one.label not in without
            for place in self.cited[one.label]
            if citing[place] <= max(common, 1)
        ]
        rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
        shape = (len(self.places), len(self._asked))
        told = sp.csr_matrix((np.full(len(rows), CITED, np.float32), (rows, columns)), shape=shape)
        phrased = Counts(
            self._titles.words + told @ self._phrased.words,
            self._titles.runs,
            self._titles.unknown,
        )
        nothing = sp.csr_matrix((0, phrased.words.shape[1]), dtype=np.float32)
        lexicon = Lexicon(self._vocabulary.plain, phrased, self._bodies, nothing, np.zeros(0, np.int64))
        return Clauses(self.places, self._documents, self._vocabulary, lexicon)


def _leaves(article: Piece) -> Sequence[Piece]:
    """Return what of an article is found by itself: its clauses, or all of it; nothing of a mere title."""
    if article.is_empty:
        return ()
    return [part for part in article.parts if part.at.clause] or [article]


def _cited(knowledge: Knowledge, places: Sequence[Place]) -> Mapping[str, frozenset[int]]:
    """Return the places that each entry cites: a point's clause, and every clause of a whole article."""
    within: dict[Place, list[int]] = {}
    for at, (document, provision) in enumerate(places):
        for part in {provision, Provision(provision.article)}:
            within.setdefault((document, part), []).append(at)
    cited = {}
    for entry in knowledge.entries.values():
        found = (
            (law.document, Provision(piece.at.article, piece.at.clause))
            for law, piece in knowledge.clauses(entry.sources)
        )
        if own := frozenset(at for place in found for at in within.get(place, ())):
            cited[entry.id] = own
    return cited


def _tried(shelf: _Shelf, knowledge: Knowledge, normalise: Normaliser) -> tuple[float, Trial]:
    """Return the bar and how good all this is: a finder that knows nothing of its entry is asked each test.

    Whether a fold's tests are shown clauses is decided by the bar of all other folds: none judges itself.
    """
    entries = [entry for entry in knowledge.entries.values() if entry.tests]
    tests = [
        _Test(entry.id, at % FOLDS, normalise(test.ask))
        for at, entry in enumerate(entries)
        for test in entry.tests
    ]
    folds = np.array([test.fold for test in tests], np.int64)
    ranks, sureness = np.zeros((len(tests), 2), np.int64), np.zeros(len(tests), np.float32)
    right = np.zeros(len(tests), bool)
    for fold in np.unique(folds):
        own = np.flatnonzero(folds == fold)
        found = shelf.clauses({tests[at].entry for at in own}).ranked([tests[at].question for at in own])
        cited = [shelf.cited.get(tests[at].entry, frozenset()) for at in own]
        ranks[own] = [_ranks(*pair, shelf.places) for pair in zip(found.orders, cited, strict=True)]
        right[own] = (ranks[own, 0] > 0) & (ranks[own, 0] <= found.shown)
        sureness[own] = found.sureness
    bars = {fold: _bar(sureness[folds != fold], right[folds != fold]) for fold in np.unique(folds)}
    shown = np.array([sure >= bars[fold] for sure, fold in zip(sureness, folds, strict=True)], bool)
    clause, article = ranks[ranks[:, 0] > 0].T
    trial = Trial(
        asked=len(clause),
        first=int((clause == 1).sum()),
        third=int((clause <= DEEPEST).sum()),
        first_article=int((article == 1).sum()),
        third_article=int((article <= DEEPEST).sum()),
        shown=int(shown.sum()),
        right=int((shown & right).sum()),
    )
    return _bar(sureness, right), trial


class _Test(NamedTuple):
    """A test, the entry that it belongs to, and the fold that both are in."""

    entry: str
    fold: int
    question: Question


def _ranks(order: Ints, cited: Collection[int], places: Sequence[Place]) -> tuple[int, int]:
    """Return the ranks (from 1) of the first cited clause and article; 0 where none is cited."""
    if not cited:
        return 0, 0
    first = next(rank for rank, at in enumerate(order, 1) if at in cited)
    articles = dict.fromkeys((places[at][0], places[at][1].article) for at in order[:first])
    own = {(places[at][0], places[at][1].article) for at in cited}
    return first, next(rank for rank, article in enumerate(articles, 1) if article in own)


def _bar(sureness: Floats, right: NDArray[np.bool_]) -> float:
    """Return the lowest sureness from which on `RIGHT` of the questions are shown a clause that fits."""
    order = np.argsort(-sureness, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= RIGHT)
    return float(sureness[order[enough[-1]]]) if enough.size and enough[-1] + 1 >= FEWEST else np.inf

"""The matcher: a question in, ranked candidates with one calibrated confidence each out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from bot.domain import Candidate, Wishes
from bot.kb import Knowledge
from bot.matching import classifier
from bot.matching.calibrate import SHOWN, Numbers, Thresholds, Weights, calibrate
from bot.matching.clauses import Clauses, build_clauses
from bot.matching.evidence import Gatherer
from bot.matching.explanation import Explanation, explain
from bot.matching.grams import Ints, learn
from bot.matching.lexicon import Lexicon
from bot.matching.material import GROUP, Material, Phrasing, material, normaliser
from bot.normalise import Normaliser, Question

TITLE = 2.0  # times that an entry's title counts among its phrasings: officers shorten it
VERBATIM = 0.995  # at least, for a question that an expert wrote down word for word in one entry alone


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a question: the best entries, most probable first, and the likeliest group."""

    question: Question
    candidates: tuple[Candidate, ...]
    group: str | None
    group_confidence: float
    cites: bool = False  # whether a candidate names or cites a document that the question names
    instead: Mapping[str, str] = field(
        default_factory=dict
    )  # see `as_of`: what holds -> what the words found

    @property
    def helpful(self) -> float:
        """The probability that one of the candidates is right, 0..1."""
        return min(1.0, sum(candidate.confidence for candidate in self.candidates))


class Matcher:
    """Finds the entries that answer a question. Immutable; safe to use from several threads."""

    def __init__(
        self,
        normalise: Normaliser,
        gather: Gatherer,
        weights: Weights,
        thresholds: Thresholds,
        verbatim: dict[str, str],
        clauses: Clauses | None = None,
    ) -> None:
        self._normalise = normalise
        self._gather = gather
        self._weights = weights
        self._verbatim = verbatim
        self.thresholds = thresholds
        self.clauses = clauses
        self._known: Mapping[str, Match] = {}

    def knowing(self, texts: Iterable[str]) -> "Matcher":
        """Return a matcher that has matched some texts already: at once, that takes a fourth of the time."""
        ahead = copy(self)
        unique = list(dict.fromkeys(texts))
        ahead._known = dict(zip(unique, self.match_all(unique), strict=True))
        return ahead

    def understand(self, text: str) -> Question:
        """Return what a text says, as questions are read."""
        known = self._known.get(text)
        return known.question if known else self._normalise(text)

    def match(self, text: str) -> Match:
        """Return the candidates for a text, however it is typed."""
        return self.match_all([text])[0]

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        """Return the candidates for each of several texts; quicker than one by one."""
        questions = {text: self._normalise(text) for text in texts if text not in self._known}
        asked = [question for question in questions.values() if question.folded]
        found = iter(self._found(asked) if asked else ())
        new = {
            text: next(found) if question.folded else Match(question, (), None, 0.0)
            for text, question in questions.items()
        }
        return [self._known.get(text) or new[text] for text in texts]

    def explain(self, text: str, knowledge: Knowledge) -> Explanation:
        """Return why `match` finds what it finds; `knowledge` is the base that this was built from."""
        question = self._normalise(text)
        return explain(
            question,
            knowledge,
            normalise=self._normalise,
            gather=self._gather,
            weights=self._weights,
            verbatim=self._verbatim.get(question.folded),
            least=VERBATIM,
        )

    def _found(self, questions: Sequence[Question]) -> list[Match]:
        evidence = self._gather(questions)
        probabilities = self._weights.probabilities(evidence)
        ends = np.searchsorted(evidence.owners, np.arange(len(questions) + 1))
        return [
            self._match(question, evidence.classes[start:end], probabilities[start:end])
            for question, start, end in zip(questions, ends, ends[1:], strict=False)
        ]

    def _match(self, question: Question, classes: Ints, probabilities: Numbers) -> Match:
        labels = [self._gather.labels[at] for at in classes]
        verbatim = self._verbatim.get(question.folded)
        if verbatim in labels:
            at = labels.index(verbatim)
            if probabilities[at] < VERBATIM:
                probabilities = probabilities * ((1 - VERBATIM) / (1 - probabilities[at]))
                probabilities[at] = VERBATIM
        pairs = zip(labels, probabilities.tolist(), strict=True)
        ranked = sorted((Candidate(*pair) for pair in pairs), key=lambda one: (-one.confidence, one.entry))
        entries = [candidate for candidate in ranked if not candidate.entry.startswith(GROUP)]
        group = next((candidate for candidate in ranked if candidate.entry.startswith(GROUP)), None)
        candidates = tuple(entries[:SHOWN])
        shown = {candidate.entry for candidate in candidates}
        cited = [
            self._gather.documents[at] for at, label in zip(classes, labels, strict=True) if label in shown
        ]
        return Match(
            question,
            candidates,
            group.entry.removeprefix(GROUP) if group else None,
            group.confidence if group else 0.0,
            cites=any(not own.isdisjoint(question.documents) for own in cited),
        )


def build(knowledge: Knowledge, wishes: Wishes) -> Matcher:
    """Build the matcher of a base: seconds of CPU, so never on the event loop.

    Args:
        knowledge: with at least one entry.
        wishes: what the thresholds have to keep.
    """
    normalise = normaliser(knowledge)
    base = material(knowledge, normalise)
    workshop = _Workshop(base)
    weights, thresholds = calibrate(workshop.phrasings, workshop.gatherer, wishes)
    everything = workshop.gatherer(np.arange(len(workshop.phrasings)))
    clauses = build_clauses(knowledge, base.phrasings, normalise)
    return Matcher(normalise, everything, weights, thresholds, _verbatim(base.phrasings), clauses)


class _Workshop:
    """Counts a base's texts once, and makes gatherers of any part of them."""

    def __init__(self, base: Material) -> None:
        self.phrasings = base.phrasings
        self._labels = np.array(sorted({phrasing.label for phrasing in base.phrasings}))
        texts = [phrasing.text for phrasing in base.phrasings]
        silence = Question("", "", "", ())
        self._answers = [base.answers.get(label, silence) for label in self._labels]
        self._vocabulary, counts = learn([*texts, *self._answers])
        self._phrased = counts[np.arange(len(texts))]
        self._answered = counts[np.arange(len(texts), len(texts) + len(self._answers))]
        self._owners = np.searchsorted(self._labels, [phrasing.label for phrasing in base.phrasings])
        self._is_miss = np.array([phrasing.is_miss for phrasing in base.phrasings])
        self._times = np.array([TITLE if phrasing.is_title else 1 for phrasing in base.phrasings], np.float32)
        self._is_group = np.array([label.startswith(GROUP) for label in self._labels])

    def gatherer(self, kept: Ints) -> Gatherer:
        """Return what gathers evidence from some of the phrasings and the answers of their classes."""
        asked = kept[~self._is_miss[kept]]
        present, owners = np.unique(self._owners[asked], return_inverse=True)
        misses = kept[self._is_miss[kept] & np.isin(self._owners[kept], present)]
        phrased = self._phrased[asked]
        documents = [set(self._answers[at].documents) for at in present]
        for at, owner in zip(asked, owners, strict=True):
            documents[owner].update(self.phrasings[at].text.documents)
        return Gatherer(
            labels=self._labels[present].tolist(),
            vocabulary=self._vocabulary,
            lexicon=Lexicon(
                self._vocabulary.plain,
                phrased=phrased.summed(owners, self._times[asked]),
                answered=self._answered[present],
                misses=self._phrased.words[misses],
                missed=np.searchsorted(present, self._owners[misses]),
            ),
            classifier=classifier.learn(partial(self._vocabulary.weigh, phrased), owners),
            documents=[frozenset(own) for own in documents],
            groups=self._is_group[present],
        )


def _verbatim(phrasings: Sequence[Phrasing]) -> dict[str, str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for phrasing in phrasings:
        if not phrasing.is_miss:
            owners[phrasing.text.folded].add(phrasing.label)
    return {text: own.pop() for text, own in owners.items() if len(own) == 1}

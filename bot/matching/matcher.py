"""The matcher: a question in, ranked candidates with one calibrated confidence each out."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from bot.domain import Candidate
from bot.kb import Entry, Knowledge
from bot.matching.calibrate import Thresholds, Weights, calibrate
from bot.matching.evidence import Gatherer, Profile
from bot.matching.grams import Vocabulary
from bot.matching.index import MISS, Index, Phrasing
from bot.normalise import Normaliser, Question

MOST_CANDIDATES = 4
VERBATIM = 0.995  # at least, for a question that an expert wrote down word for word in one entry alone
GROUP = "@"  # before the name of an off-topic group, so that no entry's id is ever taken for one


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a question: the best entries, most probable first, and the likeliest group."""

    question: Question
    candidates: tuple[Candidate, ...]
    group: str | None
    group_confidence: float

    @property
    def helpful(self) -> float:
        """The probability that one of the candidates is right, 0..1."""
        return min(1.0, sum(candidate.confidence for candidate in self.candidates))


class Matcher:
    """Finds the entries that answer a question. Immutable; safe to use from several threads."""

    def __init__(
        self,
        normalise: Normaliser,
        evidence: Gatherer,
        weights: Weights,
        thresholds: Thresholds,
    ) -> None:
        self._normalise = normalise
        self._evidence = evidence
        self._weights = weights
        self._verbatim = _verbatim(evidence.index)
        self.thresholds = thresholds

    def match(self, text: str) -> Match:
        """Return the candidates for a text, however it is typed."""
        question = self._normalise(text)
        if not question.folded:
            return Match(question, (), None, 0.0)
        ranked = self._ranked(question)
        entries = [candidate for candidate in ranked if not candidate.entry.startswith(GROUP)]
        group = next((candidate for candidate in ranked if candidate.entry.startswith(GROUP)), None)
        return Match(
            question,
            tuple(entries[:MOST_CANDIDATES]),
            group.entry.removeprefix(GROUP) if group else None,
            group.confidence if group else 0.0,
        )

    def _ranked(self, question: Question) -> list[Candidate]:
        evidence = self._evidence(question)
        probabilities = self._weights.probabilities(evidence)
        verbatim = self._verbatim.get(question.folded)
        if verbatim in evidence.labels:
            at = evidence.labels.index(verbatim)
            if probabilities[at] < VERBATIM:
                probabilities *= (1 - VERBATIM) / (1 - probabilities[at])
                probabilities[at] = VERBATIM
        pairs = zip(evidence.labels, probabilities, strict=True)
        ranked = (Candidate(label, float(probability)) for label, probability in pairs)
        return sorted(ranked, key=lambda candidate: (-candidate.confidence, candidate.entry))


def _verbatim(index: Index) -> dict[str, str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for at, label in enumerate(index.labels):
        for text in index.texts[index.starts[at] : index.starts[at + 1]]:
            owners[text.folded].add(label)
    return {text: own.pop() for text, own in owners.items() if len(own) == 1}


def build(knowledge: Knowledge, max_wrong_answers: float) -> Matcher:
    """Build the matcher of a base: seconds of CPU, so never on the event loop.

    Args:
        knowledge: with at least one entry.
        max_wrong_answers: share of all questions that may be given a wrong answer, 0..1.
    """
    normalise = _normaliser(knowledge)
    titles = {entry.id: normalise(entry.question) for entry in knowledge.entries.values()}
    texts = [(label, normalise(text)) for label, text in sorted(_labelled(knowledge), key=itemgetter(0))]
    answers = [(entry.id, normalise(_said(entry))) for entry in knowledge.entries.values()]
    vocabulary = Vocabulary([text for _, text in (*texts, *answers)])
    phrasings = [
        Phrasing(label, text, vocabulary.vector(text), is_title=text == titles.get(label))
        for label, text in texts
    ]
    said = {label: Phrasing(label, text, vocabulary.vector(text)) for label, text in answers}
    groups = frozenset(GROUP + group.group for group in knowledge.off_topic)

    def prepare(kept: Sequence[Phrasing]) -> Gatherer:
        return _gatherer(vocabulary, kept, said, titles, groups)

    weights, thresholds = calibrate(phrasings, groups, prepare, max_wrong_answers)
    return Matcher(normalise, prepare(phrasings), weights, thresholds)


def _normaliser(knowledge: Knowledge) -> Normaliser:
    documents = {
        number: document.issued.year if document.issued else None
        for number, document in knowledge.documents.items()
    }
    plain = Normaliser(knowledge.glossary, documents)
    words = Counter(word for text in _texts(knowledge) for word in plain(text).folded.split())
    return Normaliser(knowledge.glossary, documents, words)


def _texts(knowledge: Knowledge) -> Iterator[str]:
    for entry in knowledge.entries.values():
        yield from entry.phrasings
        yield entry.answer


def _labelled(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for entry in knowledge.entries.values():
        yield from ((entry.id, text) for text in entry.phrasings)
        yield from ((MISS + entry.id, text) for text in entry.not_this)
    for group in knowledge.off_topic:
        yield from ((GROUP + group.group, text) for text in group.examples)


def _said(entry: Entry) -> str:
    return " ".join([entry.answer, *(source.document for source in entry.sources)])


def _gatherer(
    vocabulary: Vocabulary,
    kept: Sequence[Phrasing],
    said: Mapping[str, Phrasing],
    titles: Mapping[str, Question],
    groups: frozenset[str],
) -> Gatherer:
    texts: dict[str, list[Question]] = defaultdict(list)
    for phrasing in kept:
        texts[phrasing.label].append(phrasing.text)
    index = Index(vocabulary, [p for p in kept if not p.label.startswith(MISS)], said)
    profiles = [
        _profile(
            [*texts[label], *([said[label].text] if label in said else [])],
            texts.get(MISS + label, ()),
            titles.get(label),
            label in groups,
        )
        for label in index.labels
    ]
    return Gatherer(index, profiles)


def _profile(
    says: Sequence[Question], misses: Sequence[Question], title: Question | None, is_group: bool
) -> Profile:
    words = frozenset(word for text in says for word in text.folded.split())
    telling = (frozenset(miss.folded.split()) - words for miss in misses)
    return Profile(
        title=frozenset(title.folded.split()) if title else frozenset(),
        documents=frozenset(document for text in says for document in text.documents),
        is_group=is_group,
        near_misses=tuple(own for own in telling if own),
    )

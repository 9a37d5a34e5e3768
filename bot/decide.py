"""From ranked candidates to one of four outcomes, by thresholds that the base itself yielded."""

from bot.domain import Verdict
from bot.matching import Match, Thresholds


def decide(match: Match, thresholds: Thresholds) -> Verdict:
    """Return what to do with a question.

    An off-topic group counts only where it is likelier than every entry, so that a small talk example cannot
    take a question away from the entry that answers it.
    """
    best = match.candidates[0].confidence if match.candidates else 0.0
    if match.group and match.group_confidence >= thresholds.off_topic and match.group_confidence > best:
        return Verdict.OFF_TOPIC
    if best >= thresholds.answer:
        return Verdict.ANSWER
    # A document's number alone says what it is about, and never what is asked.
    only_a_number = match.question.folded.split() == list(match.question.documents)
    if match.helpful >= thresholds.suggest or (only_a_number and match.cites):
        return Verdict.SUGGEST
    return Verdict.UNANSWERED

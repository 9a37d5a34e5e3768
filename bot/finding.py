"""What a message asks and what the base has for it: whole, by its sentences, and after what was asked before.

Every further reading of a message is a further chance to be wrong, so none of them may answer more lightly
than the message alone: `find` asks more of an answer, the more sentences there are to find it in.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.decide import decide
from bot.domain import Candidate, Verdict
from bot.matching import AsOf, Match, Matcher, Thresholds
from bot.normalise import fold, sentences
from bot.places import gazetteer, without, workplaces

MOST_SENTENCES: Final = 12  # that ask something; the first ones of a message
MOST_CANDIDATES: Final = 4
LONGEST_FOLLOW_UP: Final = 12  # words; what is longer says itself what it is about
FEWEST_WORDS: Final = 4  # up to so many never say it
_WORD: Final = re.compile(r"[^\W_]+")
_ASKS: Final = re.compile(  # in a folded text
    r"\?|\b(?:gi|nao|sao|ai|may|dau|bao nhieu|bnhieu|nhiu|bao lau|bao gio|ntn)\b"
    r"|\b(?:khong|ko|k|hong|chua|phai)(?: (?:a|vay|the|nhi|ha|nhe|ad|em|anh|chi))*\W*$"
)
_FOLLOWS: Final = re.compile(r"^(?:da )?(?:con|the|vay|roi|neu|va)\b|\bthi sao\b")  # in a folded text
_HELPS: Final = (Verdict.ANSWER, Verdict.SUGGEST)


@dataclass(frozen=True, slots=True)
class Before:
    """What the same person asked a moment ago, and the entry that was shown for it, if one was."""

    text: str
    entry: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a message.

    `match` holds the best candidates of all readings that count. `also` are entries for what else is asked
    beside what is answered. `may_follow` tells whether this may go on from what was asked before,
    `is_together` whether the two together found more than the message alone.
    """

    match: Match
    verdict: Verdict
    also: tuple[str, ...] = ()
    may_follow: bool = False
    is_together: bool = False


def find(text: str, matcher: Matcher | AsOf, before: Before | None = None) -> Finding:
    """Return what the base has for a message.

    Args:
        text: as it was sent, one sentence or many.
        matcher: of the base that answers; `AsOf` a time where that matters.
        before: what was asked a moment ago; counts only where the message alone is not answered.
    """
    return find_all([(text, before)], matcher)[0]


def find_all(messages: Sequence[tuple[str, Before | None]], matcher: Matcher | AsOf) -> list[Finding]:
    """Return what `find` does, for several messages and what came before each; quicker than one by one."""
    asked = [readings(text) for text, _ in messages]
    texts = list(dict.fromkeys(reading for own in asked for reading in own))
    matches = dict(zip(texts, matcher.match_all(texts), strict=True))
    found = []
    for (text, before), own in zip(messages, asked, strict=True):
        whole, plain, *parts = (matches[reading] for reading in own)
        alone = _by_sentences(_surer(whole, plain, matcher.thresholds), parts, matcher.thresholds)
        found.append(_together(text, alone, before, matcher) if before else alone)
    return found


def readings(text: str) -> list[str]:
    """Return a message, the same without where its asker works, and of several sentences those that ask."""
    places = workplaces(gazetteer().find(text))
    plain = without(text, places) if places else text
    parts = sentences(plain)
    if not parts or parts == (plain.strip(),):
        return [text, plain]
    return [text, plain, *_asking(parts)]


def _asking(parts: Sequence[str]) -> Sequence[str]:
    """Return the sentences that ask something, or the first ones where none does.

    Of more than are read, those with a question mark count before those that only have words that ask, and
    late ones before early ones: people say first what it is about, and then ask.
    """
    asking = [part for part in parts if _ASKS.search(fold(part))]
    if len(asking) <= MOST_SENTENCES:
        return asking or parts[:MOST_SENTENCES]
    return ([part for part in asking if part.endswith("?")] or asking)[-MOST_SENTENCES:]


def question_in(text: str) -> str:
    """Return what a pasted document asks, in its own words; an empty text where that cannot be told.

    A document is full of words that ask (`ai`, `nào`): only question marks count there, and what stands at
    either end of it, where people who paste something write.
    """
    parts = sentences(text)
    marked = [part for part in parts if part.endswith("?")]
    ends = dict.fromkeys((*parts[:1], *parts[-1:]))
    return "\n".join((marked or [part for part in ends if _ASKS.search(fold(part))])[-MOST_SENTENCES:])


def _surer(whole: Match, plain: Match, thresholds: Thresholds) -> Match:
    """Return what the message gets without where its asker works, where it gets less with that.

    Officers say where they work in every other question. Where a place is what a question is about, the
    base has its name, and the whole message gets more.
    """
    order = (Verdict.UNANSWERED, Verdict.SUGGEST, Verdict.OFF_TOPIC, Verdict.ANSWER)
    return max(whole, plain, key=lambda match: order.index(decide(match, thresholds)))


def _by_sentences(whole: Match, parts: Sequence[Match], thresholds: Thresholds) -> Finding:
    """Return what the sentences get, or the whole message where they get less."""
    verdict = decide(whole, thresholds)
    helpful = [match for match in parts if decide(match, thresholds) in _HELPS]
    if not helpful:
        return Finding(whole, verdict)
    # The chance that one of several is wrong is at most the sum of their chances.
    enough = 1 - (1 - thresholds.answer) / len(parts)
    by_parts = _merged(helpful)
    if by_parts[0].confidence >= enough and verdict is not Verdict.OFF_TOPIC:
        return Finding(replace(whole, candidates=by_parts), Verdict.ANSWER, _also(by_parts, helpful))
    candidates = _merged([whole, *helpful])
    found = replace(whole, candidates=candidates)
    if verdict is Verdict.ANSWER and candidates[0].entry == whole.candidates[0].entry:
        return Finding(found, verdict, _also(candidates, helpful))
    return Finding(found, Verdict.SUGGEST)


def _merged(matches: Iterable[Match]) -> tuple[Candidate, ...]:
    """Return the best candidates of several matches, each entry once, most probable first."""
    ranked = sorted(
        (candidate for match in matches for candidate in match.candidates),
        key=lambda one: (-one.confidence, one.entry),
    )
    best: dict[str, Candidate] = {}
    for one in ranked:
        best.setdefault(one.entry, one)
    return tuple(best.values())[:MOST_CANDIDATES]


def _also(candidates: Sequence[Candidate], helpful: Sequence[Match]) -> tuple[str, ...]:
    """Return the entries besides the first that some sentence asks for before all others."""
    asked_for = {match.candidates[0].entry for match in helpful}
    return tuple(one.entry for one in candidates[1:] if one.entry in asked_for)


def _together(text: str, alone: Finding, before: Before, matcher: Matcher | AsOf) -> Finding:
    """Return what a follow-up gets together with what was asked before, or alone where that is no less."""
    words = len(_WORD.findall(text))
    if alone.verdict in (Verdict.ANSWER, Verdict.OFF_TOPIC) or words > LONGEST_FOLLOW_UP:
        return alone
    follows = bool(_FOLLOWS.search(alone.match.question.folded))
    alone = replace(alone, may_follow=follows or words <= FEWEST_WORDS)
    nearest = [one.entry for one in alone.match.candidates]
    if nearest[:1] == [before.entry]:
        return alone  # the same is asked again
    # What is new counts twice: it is what tells this question from the one before.
    match = _other_than(before.entry, matcher.match(f"{before.text} {text} {text}"))
    verdict = decide(match, matcher.thresholds)
    if verdict not in _HELPS:
        return alone
    together = Finding(match, verdict, may_follow=True, is_together=True)
    is_backed = match.candidates[0].entry in nearest  # not by the earlier question alone
    if verdict is Verdict.ANSWER and is_backed and before.entry:
        return together
    if alone.verdict is Verdict.UNANSWERED and (is_backed or follows):
        return replace(together, verdict=Verdict.SUGGEST)
    return alone


def _other_than(entry: str | None, match: Match) -> Match:
    """Return a match given that `entry`, which the asker has just read, is not what is asked for."""
    taken = next((one.confidence for one in match.candidates if one.entry == entry), 0.0)
    left = 1 - taken
    if left <= 0:
        return replace(match, candidates=(), group_confidence=0.0)
    return replace(
        match,
        candidates=tuple(
            Candidate(one.entry, min(1.0, one.confidence / left))
            for one in match.candidates
            if one.entry != entry
        ),
        group_confidence=min(1.0, match.group_confidence / left),
    )

"""Wordings that led officers to an entry where the bot had not answered: variants for experts to accept.

Nothing here enters the base: experts tick what fits, and it is rehearsed like anything else that they write.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain import Choice
from bot.kb import Knowledge
from bot.kb.checks.rows import plain

LOOKED_BACK: Final = timedelta(days=180)
LONGEST: Final = 200  # characters; what is longer tells a story, often a person's own
FEWEST_WORDS: Final = 2  # a single word asks nothing
_PERSONAL: Final = re.compile(
    r"(?<![\d.,])(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)"  # a phone number, grouped in any way
    r"|\d{9,}"  # the number of an identity card, of an account
    r"|[\w.+-]+@[\w-]+\.\w"
)


@dataclass(frozen=True, slots=True)
class ProposedVariant:
    """A wording that an entry may learn."""

    entry: str
    wording: str  # as it was typed last, on one line
    people: int  # who chose the entry for it and did not find it wrong
    liked: int  # of them, who found it right
    others: int  # who wanted another entry for it, none, or found this one wrong
    confidence: float  # of the entry when it was asked last, 0..1


def is_personal(text: str) -> bool:
    """Tell whether a text may tell of a person: a phone or card number, an address, a long story."""
    return len(text) > LONGEST or _PERSONAL.search(text) is not None


def proposed_variants(
    choices: Sequence[Choice], knowledge: Knowledge, dismissed: Iterable[tuple[str, str]] = ()
) -> Mapping[str, tuple[ProposedVariant, ...]]:
    """Return what may be accepted, by entry; most people first, of entries and of wordings.

    Left out are wordings that the base has already or that say they are none of the entry's, that are a
    person's own, or that go on from an earlier question and say little alone.

    Args:
        choices: of officers, oldest first.
        knowledge: the base as it is.
        dismissed: pairs of an entry and a wording that an expert does not want.
    """
    known = {plain(text) for entry in knowledge.entries.values() for text in (*entry.phrasings, *entry.tests)}
    known |= {plain(text) for group in knowledge.off_topic for text in group.examples}
    refused = {(entry, plain(wording)) for entry, wording in dismissed}
    by_wording: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        by_wording[plain(choice.wording)].append(choice)
    found: dict[str, list[ProposedVariant]] = defaultdict(list)
    for key, own in by_wording.items():
        if key in known or len(key.split()) < FEWEST_WORDS or is_personal(own[-1].wording):
            continue
        for name in dict.fromkeys(one.entry for one in own if one.entry):
            entry = knowledge.entries.get(name)
            if entry is None or entry.superseded_by or key in map(plain, entry.not_this):
                continue
            if (name, key) not in refused and (variant := _variant(name, own)):
                found[name].append(variant)
    ranked = {name: tuple(sorted(own, key=_rank)) for name, own in found.items()}
    return dict(sorted(ranked.items(), key=lambda pair: (-sum(one.people for one in pair[1]), pair[0])))


def _variant(entry: str, choices: Collection[Choice]) -> ProposedVariant | None:
    """Return what was chosen of a wording for an entry; None where everybody found it wrong."""
    chosen = [one for one in choices if one.entry == entry and one.rating != -1]
    if not chosen:
        return None
    people = {one.asker for one in chosen}
    return ProposedVariant(
        entry,
        " ".join(chosen[-1].wording.split()),
        people=len(people),
        liked=len({one.asker for one in chosen if one.rating == 1}),
        others=len({one.asker for one in choices if one not in chosen}),
        confidence=next((one.confidence for one in chosen[-1].candidates if one.entry == entry), 0.0),
    )


def _rank(one: ProposedVariant) -> tuple[int, str]:
    return one.others - one.people, one.wording

"""What the tests of handlers share: somebody who talks, a matcher that finds what it is told to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain import Candidate, ChatState, Message, Outcome, Press, Style, Text
from bot.handlers import Context, Known, respond, state_after, understand
from bot.handlers.requests import OpenText
from bot.matching import Clauses, Match, Thresholds
from bot.normalise import Normaliser, Question


@dataclass
class Scripted:
    """A matcher that finds what it is told to."""

    candidates: tuple[Candidate, ...]
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(answer=0.9, suggest=0.5, off_topic=0.9))
    clauses: Clauses | None = None
    group: str | None = None
    group_confidence: float = 0.0

    def match(self, text: str) -> Match:
        return Match(Normaliser()(text), self.candidates[:4], self.group, self.group_confidence)

    def understand(self, text: str) -> Question:
        return Normaliser()(text)

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        return [self.match(text) for text in texts]


@dataclass
class ByHeart:
    """A matcher that knows what each text finds, and which are off topic; anything else finds nothing."""

    finds: dict[str, dict[str, float]]
    groups: dict[str, str] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=lambda: Thresholds(answer=0.8, suggest=0.5, off_topic=0.5))
    clauses: Clauses | None = None

    def match(self, text: str) -> Match:
        found = tuple(Candidate(*pair) for pair in self.finds.get(text, {}).items())
        return Match(Normaliser()(text), found, self.groups.get(text), 0.9 if text in self.groups else 0.0)

    def understand(self, text: str) -> Question:
        return Normaliser()(text)

    def match_all(self, texts: Sequence[str]) -> list[Match]:
        return [self.match(text) for text in texts]


@dataclass
class Person:
    """Somebody in a chat; what was said last is remembered as the shell does."""

    context: Context
    known: Known = field(default_factory=Known)
    state: ChatState = field(default_factory=ChatState)
    outcome: Outcome | None = None

    def says(self, text: str) -> Outcome:
        return self._sends(Text(text))

    def presses(self, action: str) -> Outcome:
        return self._sends(Press(action))

    def _sends(self, message: Message) -> Outcome:
        request = understand(message, self.state, self.context.now)
        before = self.outcome
        known = self.known
        if known.exchange is None and before and before.exchange:
            known = replace(known, exchange=before.exchange)
        if isinstance(request, OpenText):
            found = tuple(text for text in known.texts if text.version.startswith(request.version))
            known = replace(known, texts=found)
        if before and before.exchange:
            known = replace(known, before=before.exchange)
        outcome = respond(request, known, self.context)
        self.state = state_after(outcome, self.state, self.context.now)
        self.outcome = outcome
        self.context = replace(self.context, number=self.context.number + 1)
        return outcome


def said(outcome: Outcome) -> Mapping[Style, list[str]]:
    """Return the texts of a reply's blocks by style."""
    return {style: [block.text for block in outcome.reply.blocks if block.style is style] for style in Style}


def labels(outcome: Outcome) -> list[str]:
    """Return what stands on every button, choices first."""
    reply = outcome.reply
    rows = [button.label for row in reply.buttons for button in row]
    return [*(choice.label for choice in reply.choices), *([reply.none.label] if reply.none else []), *rows]


def actions(outcome: Outcome) -> list[str]:
    """Return what every button does, choices first."""
    reply = outcome.reply
    rows = [button.action for row in reply.buttons for button in row]
    return [*(choice.action for choice in reply.choices), *([reply.none.action] if reply.none else []), *rows]

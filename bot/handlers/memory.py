"""What is remembered of a talk between two messages, so that a typed `2`, `sai` or `tiếp` has a meaning."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain import ChatState, Outcome, Reply, Verdict
from bot.normalise import fold

REMEMBER = timedelta(minutes=30)  # how long a typed number still means a choice
FOLLOW_UP = timedelta(minutes=5)  # how long a question may go on from the one before


def typed(text: str) -> str:
    """Return what counts of a text that is typed in place of a button: `Đúng!` is `đúng`."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFC", text).lower()))


def recall(state: ChatState, now: datetime) -> ChatState:
    """Return what still counts of a state at `now` (UTC)."""
    return state if state.until and now <= state.until else ChatState()


def state_after(outcome: Outcome, before: ChatState, now: datetime) -> ChatState:
    """Return what to remember once a reply is said: its menu, or the one still open where it brings none.

    Args:
        outcome: what is said.
        before: what was remembered.
        now: UTC.
    """
    still, reply = recall(before, now), outcome.reply
    choices, none, words = still.choices, still.none, still.words
    if outcome.exchange and outcome.exchange.verdict is not Verdict.OPENED:
        choices, none = (), None  # whoever asks anew no longer looks at the old menu
        if reply.buttons or outcome.exchange.verdict is not Verdict.OFF_TOPIC:
            words = ()  # nor judges the old answer, unless they only said thank you
    if reply.choices or reply.none:
        choices = tuple(choice.action for choice in reply.choices)
        none = reply.none.action if reply.none else None
    words = tuple({**dict(words), **dict(_words(reply))}.items())
    return ChatState(choices, none, words, now + REMEMBER, outcome.expects)


def _words(reply: Reply) -> Iterator[tuple[str, str]]:
    """Yield what may be typed for each button, with diacritics or with none, and the button's action."""
    for button in (*((reply.none,) if reply.none else ()), *(each for row in reply.buttons for each in row)):
        for words in filter(None, (button.word, button.label)):
            yield from ((typed(words), button.action), (typed(fold(words)), button.action))

"""What is remembered of a talk between two messages, so that a typed `2` or `/sai` has a meaning."""

from datetime import datetime, timedelta

from bot.domain import ChatState, Outcome, Verdict

REMEMBER = timedelta(minutes=30)  # how long a typed number still means a choice
FOLLOW_UP = timedelta(minutes=5)  # how long a question may go on from the one before


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
    choices, none = still.choices, still.none
    if reply.choices or reply.none:
        choices = tuple(choice.action for choice in reply.choices)
        none = reply.none.action if reply.none else None
    elif outcome.exchange and outcome.exchange.verdict is not Verdict.OPENED:
        choices, none = (), None  # whoever asks anew no longer looks at the old menu
    return ChatState(choices, none, outcome.answered or still.answered, now + REMEMBER, outcome.expects)

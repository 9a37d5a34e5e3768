"""What the bot does when a person writes or presses something: pure functions from values to an outcome.

The shell reads a message with `understand`, fetches what the request speaks of, and hands both to `respond`.
"""

from bot.domain import Outcome
from bot.handlers import choice, command, question
from bot.handlers.context import Context, Known
from bot.handlers.memory import FOLLOW_UP, state_after
from bot.handlers.requests import (
    Ask,
    AskExpert,
    Command,
    NoneOfThese,
    OpenEntry,
    OpenText,
    Pick,
    Rate,
    Request,
    StalePress,
    Topics,
    Unusable,
    understand,
)

__all__ = ["FOLLOW_UP", "Context", "Known", "Request", "respond", "state_after", "understand"]


def respond(request: Request, known: Known, context: Context) -> Outcome:
    """Return the reply to a request and all that has to be recorded with it."""
    match request:
        case Ask():
            return question.ask(request, known, context)
        case Pick():
            return choice.pick(request, known, context)
        case NoneOfThese():
            return choice.none_of_these(request, known)
        case Rate():
            return choice.rate(request, known)
        case AskExpert():
            return choice.ask_expert(request, known)
        case OpenEntry():
            return choice.open_entry(request, context)
        case OpenText():
            return choice.open_text(request, known, context)
        case Topics():
            return command.topics(request, context)
        case Command():
            return command.command(request, known, context)
        case Unusable():
            return command.unusable(request)
        case StalePress():
            return choice.stale()

"""What the bot does when a person writes or presses something: pure functions from values to an outcome.

The shell reads a message with `understand`, fetches what the request speaks of, and hands both to `respond`.
"""

from bot.domain import Outcome
from bot.handlers import choice, command, news, question, review
from bot.handlers.context import Context, Known
from bot.handlers.memory import FOLLOW_UP, state_after
from bot.handlers.requests import (
    Ask,
    AskExpert,
    Command,
    Follow,
    News,
    NoneOfThese,
    OpenEntry,
    OpenText,
    Pick,
    Queue,
    Rate,
    Request,
    Review,
    Say,
    SayMore,
    SetProvince,
    SetQuiet,
    ShareNames,
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
            return choice.none_of_these(request, known, context)
        case Rate():
            return choice.rate(request, known, context)
        case AskExpert():
            return choice.ask_expert(request, known, context)
        case OpenEntry():
            return choice.open_entry(request, context)
        case OpenText():
            return choice.open_text(request, known, context)
        case Topics():
            return command.topics(request, context)
        case Command("stop"):
            return news.stop()
        case Command("share"):
            return news.begin_share(context)
        case Command():
            return command.command(request, known, context)
        case SetProvince():
            return command.set_province(request)
        case SetQuiet():
            return command.set_quiet(request)
        case News():
            return news.news(request, known, context)
        case Follow():
            return news.follow(request, known, context)
        case ShareNames():
            return news.share_names(request, known, context) or choice.stale()
        case Say("share"):
            return news.go_on(request, known, context) or question.ask(Ask(request.text), known, context)
        case SayMore():
            return choice.say_more(request, known)
        case Say():
            is_more = request.what == "more" or not context.admin
            answer = question.more if is_more else review.said
            return answer(request, known, context)
        case Queue() if context.admin:
            return review.queue(request, known)
        case Review() if context.admin:
            return review.review(request, known, context)
        case Queue():
            return command.command(Command("unknown"), known, context)
        case Review():
            return choice.stale()
        case Unusable():
            return command.unusable(request)
        case StalePress():
            return choice.stale()

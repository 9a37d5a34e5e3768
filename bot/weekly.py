"""What admins are told in chat on Monday morning: the week that has passed, beside the one before."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from bot import overview
from bot.domain import VIETNAM, Block, Reply, Style, Verdict, midnight
from bot.handlers import actions
from bot.handlers.command import shorten
from bot.kb import Knowledge
from bot.kb.stats import endings
from bot.lanes import Wake
from bot.notices import Notices
from bot.overview import Overview
from bot.phrases import say
from bot.store import Database, reach, reports
from bot.store.trends import Span
from bot.written import day, grouped, share

WEEK: Final = timedelta(days=7)
SOON: Final = timedelta(days=30)  # ahead, in which what ends is told
MOST_GROUPS: Final = 5
MOST_ENDINGS: Final = 5
LABEL: Final = 80  # characters of a question
LONGEST_SLEEP: Final = 3600.0  # s; a clock that was put right is noticed within that time


class Weekly:
    """Tells every admin once a week, whichever process comes first and however often it is restarted.

    Args:
        database: what is told of, and who was told.
        notices: writes to admins.
        pseudonym: returns what an admin is called in the log; one who stopped all messages gets none.
        knowledge: returns the base that answers now.
        clock: returns the time, UTC.
        replied: set when there is something to send.
        hour: of Monday in Vietnam, 1..23, from which on the week is told.
        site: where the console is, "" where nobody said.
    """

    def __init__(
        self,
        database: Database,
        notices: Notices,
        pseudonym: Callable[[str], str],
        knowledge: Callable[[], Knowledge],
        clock: Callable[[], datetime],
        replied: Wake,
        hour: int,
        site: str,
    ) -> None:
        self._database = database
        self._notices = notices
        self._pseudonym = pseudonym
        self._knowledge = knowledge
        self._clock = clock
        self._replied = replied
        self._hour = timedelta(hours=hour)
        self._site = site

    async def watch(self) -> None:
        """Tell each week when its time has come, for ever."""
        while True:
            await self.tell_if_due()
            await asyncio.sleep(min(self.wait().total_seconds(), LONGEST_SLEEP))

    def wait(self) -> timedelta:
        """Return how long it is until the next week is told."""
        due, now = midnight(self._monday()) + self._hour, self._clock()
        return (due if now < due else due + WEEK) - now

    def _monday(self) -> date:
        today = (self._clock() + VIETNAM).date()
        return today - timedelta(days=today.weekday())

    async def tell_if_due(self) -> int:
        """Tell the admins who do not know yet of the week that ended on Sunday; return how many they were.

        Where nothing was asked for two weeks and nothing waited there is nothing to tell.
        """
        monday = self._monday()
        if self._clock() < midnight(monday) + self._hour:
            return 0
        async with self._database.reading() as connection:
            told = await reports.told(connection, monday)
            waiting = [admin for admin in self._notices.admins if admin not in told]
            if not waiting:
                return 0
            week = await overview.read(connection, _week(monday - WEEK))
            before = await overview.read(connection, _week(monday - 2 * WEEK))
        waits = week.oldest is not None and week.oldest.first_at < midnight(monday)
        if not (week.total or before.total or waits):
            return 0
        reply = compose(monday - WEEK, week, before, self._knowledge(), self._site)
        now, count = self._clock(), 0
        for admin in waiting:
            async with self._database.writing() as connection:
                if not await reports.claim(connection, monday, admin, now):
                    continue
                if not (await reach.wish(connection, admin.partition(":")[0], self._pseudonym(admin))).quiet:
                    await self._notices.put(connection, admin, reply)
                    count += 1
        self._replied.set()
        return count


def _week(first: date) -> Span:
    return Span.of_days(first, first + timedelta(days=6))


def compose(first: date, week: Overview, before: Overview, knowledge: Knowledge, site: str) -> Reply:
    """Return what is told of a week.

    Args:
        first: its Monday.
        week: its figures.
        before: those of the week before.
        knowledge: the base that answers now.
        site: where the console is; "" is not told.
    """
    last = first + timedelta(days=6)
    blocks = [
        Block(Style.TITLE, say("weekly.title", first=f"{first:%d/%m}", last=day(last))),
        Block(Style.TEXT, "\n".join(_lines(week, before))),
    ]
    if ends := list(_endings(knowledge, last + timedelta(days=1))):
        blocks.append(Block(Style.TEXT, "\n".join((say("weekly.endings", days=SOON.days), *ends))))
    groups = week.groups[:MOST_GROUPS]
    if groups:
        blocks.append(Block(Style.TEXT, say("weekly.groups")))
    blocks.append(Block(Style.NOTE, "\n".join(_where(site))))
    choices = (
        actions.walk_to(
            item.number,
            say("weekly.group", number=item.number, text=shorten(item.question, LABEL), askers=people),
        )
        for item, people in groups
    )
    return Reply(tuple(blocks), choices=tuple(choices))


def _lines(week: Overview, before: Overview) -> Iterator[str]:
    yield say("weekly.asked", count=grouped(week.total), before=grouped(before.total))
    if week.total:
        yield say(
            "weekly.answered", **_compared(week, before, Verdict.ANSWER, Verdict.PLACE, Verdict.DOCUMENT)
        )
        yield say("weekly.suggested", **_compared(week, before, Verdict.SUGGEST))
        yield say("weekly.unanswered", **_compared(week, before, Verdict.UNANSWERED))
    if week.liked or week.disliked:
        yield say("weekly.liked", liked=week.liked, disliked=week.disliked)
    yield say("weekly.items", new=week.new_items, open=week.open_items)
    if week.oldest:
        since = day((week.oldest.first_at + VIETNAM).date())
        yield say("weekly.oldest", number=week.oldest.number, since=since)


def _compared(week: Overview, before: Overview, *ends: Verdict) -> dict[str, str]:
    return {"share": share(week.share(*ends)), "before": share(before.share(*ends))}


def _endings(knowledge: Knowledge, today: date) -> Iterator[str]:
    """Yield what ends or is replaced soon, and what rests on it."""
    found = [one for one in endings(knowledge, today) if today <= one.day <= today + SOON]
    for one in found[:MOST_ENDINGS]:
        if one.document is None:
            names = "; ".join(knowledge.entries[name].question for name in one.entries)
            yield say("weekly.entry_ends", day=day(one.day), questions=shorten(names, 2 * LABEL))
        elif newer := knowledge.replaced_by(one.document):
            yield say(
                "weekly.document_replaced",
                day=day(one.day), document=one.document, newer=", ".join(newer), count=len(one.entries),
            )  # fmt: skip
        else:
            yield say("weekly.document_ends", day=day(one.day), document=one.document, count=len(one.entries))
    if len(found) > MOST_ENDINGS:
        yield say("weekly.more", count=len(found) - MOST_ENDINGS)


def _where(site: str) -> Iterator[str]:
    yield say("weekly.queue")
    if site:
        yield say("weekly.site", url=f"{site}/console/figures")

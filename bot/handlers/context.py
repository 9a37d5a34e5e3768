"""What a handler is given: the question's circumstances and what the store knows. All values, no I/O."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain import (
    CODE_DIGITS,
    VIETNAM,
    Candidate,
    Exchange,
    Invitation,
    Novelty,
    Share,
    Snapshot,
    Verdict,
    Waiting,
)
from bot.items import Act, QueuePage, Rereading, Whole
from bot.kb import Knowledge
from bot.matching import Matcher


def vietnam_day(moment: datetime) -> date:
    """Return the day that a UTC moment falls on in Vietnam."""
    return (moment + VIETNAM).date()


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks, when, and the base that answers; pinned for the time of one message."""

    number: int  # of the message, and of the question if it is one
    channel: str
    chat: str
    asker: str  # pseudonym
    admin: bool
    now: datetime  # UTC
    knowledge: Knowledge
    matcher: Matcher
    digits: int = CODE_DIGITS  # of a version that a code shows
    matching_ms: float = 0.0  # that a question's matching took already, together with others
    me: str = ""  # a reviewer's name, as acts are recorded under it

    @property
    def person(self) -> tuple[str, str, str]:
        """Who asks, and where."""
        return self.channel, self.chat, self.asker

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return vietnam_day(self.now)

    def exchange(
        self,
        raw: str,
        verdict: Verdict,
        *,
        normalised: str = "",
        entry: str | None = None,
        version: str | None = None,
        group: str | None = None,
        candidates: tuple[Candidate, ...] = (),
        elapsed_ms: float = 0.0,
        day: date | None = None,
        province: str | None = None,
    ) -> Exchange:
        """Return what goes into the log for this message; see `Exchange` for the fields."""
        return Exchange(
            id=self.number,
            channel=self.channel,
            chat=self.chat,
            asker=self.asker,
            asked_at=self.now,
            raw=raw,
            normalised=normalised,
            verdict=verdict,
            entry=entry,
            version=version,
            group=group,
            candidates=candidates,
            elapsed_ms=elapsed_ms,
            base=self.knowledge.version,
            day=day if day != self.today else None,
            province=province,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds that the request speaks of."""

    exchange: Exchange | None = None  # only if it belongs to this very chat
    before: Exchange | None = None  # what the same person asked or opened here within `FOLLOW_UP`
    recent: tuple[Exchange, ...] = ()
    waiting: dict[int, Waiting] = field(default_factory=dict)
    page: QueuePage | None = None  # of the queue, for reviewers
    whole: Whole | None = None  # the item that a reviewer looks at
    done: Act | None = None  # what a reviewer's press or text has done
    conflict: str | None = None  # why it was not done, as a sentence
    rereadings: tuple[Rereading, ...] = ()  # a page of the entries to look at again
    due: int = 0  # entries to look at again, on all pages
    rereading: Rereading | None = None  # the one that a reviewer looks at or has settled
    asked_back: int | None = None  # the person's question that an expert wants to hear more of
    texts: tuple[Snapshot, ...] = ()  # whose version begins as the code says, the oldest first
    news: tuple[Novelty, ...] = ()  # since `news_since`
    news_since: datetime | None = None
    followed: frozenset[str] = frozenset()  # topics
    share: Share | None = None  # what the person has told so far of their own work
    invitation: Invitation | None = None  # only for a reviewer who is alone with the bot
    is_overheard: bool = False  # a reviewer wants a link where others would read it

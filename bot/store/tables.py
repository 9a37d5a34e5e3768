"""The tables. Times are UTC; enumerations are stored as their text."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would be read back as another instant."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}; times are UTC")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class RowState(StrEnum):
    """Where a message stands on its way through the inbox or the outbox."""

    NEW = "new"  # stored, not worked on
    WORKING = "working"  # claimed until `lease_until`; a crash lets the lease run out
    DONE = "done"  # answered, or delivered
    DEAD = "dead"  # given up; `note` says why, and a person is told


OPEN = (RowState.NEW, RowState.WORKING)

# SQLite numbers rows only in a column that is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("asker", String(200), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Column("finished_at", UtcTime),
    Column("note", Text),
    Column("replaced_by", Id),  # the newest message that changes its words
    UniqueConstraint("channel", "key"),
    CheckConstraint("state in ('new', 'working', 'done', 'dead')", name="state"),
    Index(None, "channel", "chat", "id"),
    Index(None, "channel", "chat", "finished_at"),
    sqlite_autoincrement=True,  # a number that an officer was told is never given to another question
)

_replaced = inbox.c.replaced_by.is_not(None)  # hardly any message is
Index("ix_inbox_replaced_by", inbox.c.replaced_by, sqlite_where=_replaced, postgresql_where=_replaced)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("inbox_id", Id, ForeignKey("inbox.id")),
    Column("part", String(20), nullable=False),  # what it is to that message: "0", "late0", "told1.0"
    Column("channel", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Column("finished_at", UtcTime),
    Column("platform_id", String(200)),
    Column("note", Text),
    Column("about", Id),  # the question that this speaks of, where it is not the message that it answers
    Column("edits", Id),  # the row whose message this one takes the place of
    UniqueConstraint("inbox_id", "part"),
    CheckConstraint("state in ('new', 'working', 'done', 'dead')", name="state"),
    Index(None, "channel", "chat", "finished_at"),
    sqlite_autoincrement=True,
)

# A queue is looked through again and again, and nearly all of its rows are done.
for _queue in (inbox, outbox):
    _undone = _queue.c.state != "done"
    for _name, _columns in (
        ("undone", (_queue.c.id,)),
        ("undone_chat", (_queue.c.channel, _queue.c.chat, _queue.c.id)),
    ):
        Index(f"ix_{_queue.name}_{_name}", *_columns, sqlite_where=_undone, postgresql_where=_undone)

chats = Table(
    "chats",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(200), primary_key=True),
    Column("asker", String(64), primary_key=True),
    Column("choices", JSON, nullable=False),
    Column("none", String(64)),
    Column("until", UtcTime),
    Column("expects", String(64)),
    Column("words", JSON),  # missing where an older version of the bot wrote the row
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Id, ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("channel", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("asker", String(64), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("raw", Text, nullable=False),
    Column("normalised", Text, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("entry", String(60)),
    Column("version", String(64)),
    Column("group", String(60)),
    Column("candidates", JSON, nullable=False),
    Column("elapsed_ms", Float, nullable=False),
    Column("base", String(64), nullable=False),
    Column("rating", Integer),
    Column("earlier", Text),
    Column("day", Date),  # whose rules were asked for, in Vietnam; empty for the day of asking
    Column("province", String(60)),  # that the question names
    Index(None, "channel", "asker", "id"),
    Index(None, "asked_at"),
    Index(None, "entry"),
)

waiting = Table(
    "waiting",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Id, ForeignKey("inbox.id"), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("question", Text, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("shown", String(60)),
    Column("candidates", JSON, nullable=False),
    Column("resolved_at", UtcTime, index=True),
    Column("resolved_by", String(100)),
    Column("entry", String(60)),
    Column("note", Text),
    # What came later may be missing where an older version of the bot wrote the row.
    Column("item", Id, ForeignKey("items.id")),
    Column("asker", String(64)),
    Column("province", String(60)),
    Column("folded", Text),
    Column("base", String(64)),
    Column("topic", String(60)),
    Index(None, "number"),
    Index(None, "item"),
)
# A question may be settled many times, but waits once.
Index(
    "uq_waiting_number_open",
    waiting.c.number,
    unique=True,
    sqlite_where=waiting.c.resolved_at.is_(None),
    postgresql_where=waiting.c.resolved_at.is_(None),
)

items = Table(
    "items",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Id, nullable=False),  # of its first question
    Column("state", String(10), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("topic", String(60)),
    Column("asked", Integer, nullable=False),
    Column("askers", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("search", Text, nullable=False),  # all wordings without diacritics
    Column("taken_by", String(100)),
    Column("taken_at", UtcTime),
    Column("settled_by", String(100)),
    Column("settled_at", UtcTime),
    Column("entry", String(60)),
    Column("note", Text),
    Column("into", Id, ForeignKey("items.id")),
    Column("branch", String(200)),
    CheckConstraint(
        "state in ('new', 'taken', 'asking', 'answered', 'not_ours', 'merged', 'withdrawn')", name="state"
    ),
    Index(None, "state", "askers", "first_at"),
    Index(None, "number"),
    sqlite_autoincrement=True,
)

acts = Table(
    "acts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("item", Id, ForeignKey("items.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("details", JSON, nullable=False),
    Column("undoes", Id, ForeignKey("acts.id"), unique=True),  # an act is taken back once
    Index(None, "item"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

# What somebody is told who did not just ask: once per `cause`, and not at all where they do not wish it.
tellings = Table(
    "tellings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", Id, ForeignKey("inbox.id"), nullable=False),  # the question that it speaks of
    Column("cause", String(100), nullable=False),  # "act 12", "recall <version of the base>"
    Column("channel", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("asker", String(64)),
    Column("state", String(10), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("label", String(18)),  # of its parts in the outbox
    Column("reply", JSON),  # what is kept until they write again
    UniqueConstraint("number", "cause"),
    CheckConstraint("state in ('sent', 'kept', 'unwanted', 'withdrawn')", name="state"),
    Index(None, "channel", "chat", "state"),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("asker", String(64), primary_key=True),
    Column("province", String(60)),
    Column("quiet", Boolean, nullable=False),  # wants no message that answers nothing they just wrote
    Column("looked_at", UtcTime),  # at what is new
)

# Chats that refused us: blocked, left, gone.
lost = Table(
    "lost",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(200), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("why", Text, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("item", Id, ForeignKey("items.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("by", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# Entries whose going live closes no open item by itself, as an expert wished.
held = Table(
    "held",
    metadata,
    Column("entry", String(60), primary_key=True),
    Column("by", String(100), nullable=False),
    Column("at", UtcTime, nullable=False),
)

# Entries to be looked at again, once per document and cause.
rereadings = Table(
    "rereadings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("entry", String(60), nullable=False),
    Column("document", String(200), nullable=False),
    Column("cause", String(200), nullable=False),
    Column("digest", String(64)),  # of the entry as it stood, where the bot may settle it by itself
    Column("opened_at", UtcTime, nullable=False),
    Column("opened_by", String(100), nullable=False),
    Column("settled_at", UtcTime, index=True),
    Column("settled_by", String(100)),
    Column("note", Text),
    UniqueConstraint("entry", "document", "cause"),
    sqlite_autoincrement=True,
)

# Who was told that an answer they got has changed: an exchange and the version that it was told of.
recalls = Table(
    "recalls",
    metadata,
    Column("exchange", Id, ForeignKey("exchanges.id"), primary_key=True, autoincrement=False),
    Column("version", String(64), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

# Wordings that an expert does not want as variants of an entry; what is undone stays a row.
dismissals = Table(
    "dismissals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("entry", String(60), nullable=False),
    Column("wording", Text, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("undone_by", String(200)),
    Column("undone_at", UtcTime),
    Index(None, "entry"),
    sqlite_autoincrement=True,
)

# What the base says and from when on: an entry or a document in a version. No time where it always was there.
editions = Table(
    "editions",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("seen_at", UtcTime, index=True),
)

# Who wants to hear of a topic, and until when they know what is new in it.
follows = Table(
    "follows",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(200), primary_key=True),
    Column("asker", String(64), primary_key=True),
    Column("topic", String(60), primary_key=True),
    Column("number", Id, ForeignKey("inbox.id"), nullable=False),  # of the message that said so
    Column("told_at", UtcTime, nullable=False),
)

# What officers tell of their own work, question by question, until it is put before the experts.
shares = Table(
    "shares",
    metadata,
    Column("number", Id, ForeignKey("inbox.id"), primary_key=True, autoincrement=False),
    Column("channel", String(20), nullable=False),
    Column("chat", String(200), nullable=False),
    Column("asker", String(64), nullable=False),
    Column("what", Text),
    Column("where", Text),
    Column("result", Text),
    Column("may_name", Boolean),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("entry", String(60), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("content", Text, nullable=False),
    Column("shown_at", UtcTime, nullable=False),
)

# Tokens that platforms give for a while, by the channel that they are for.
credentials = Table(
    "credentials",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("access", Text, nullable=False),
    Column("refresh", Text, nullable=False),  # can be used once
    Column("renew_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),  # the access token holds
    Column("renewing_until", UtcTime),  # somebody is at it
)

# Which admin was told of the week before this Monday.
reports = Table(
    "reports",
    metadata,
    Column("week", String(10), primary_key=True),  # 2026-11-23
    Column("person", String(200), primary_key=True),
    Column("at", UtcTime, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the link's secret, which is kept nowhere
    Column("person", String(200), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(10), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # of the cookie
    Column("previous", String(64), index=True),  # of the cookie before, which may still be on its way
    Column("person", String(200), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(10), nullable=False),
    Column("form_secret", String(64), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),  # when the cookie was given
    Column("confirmed_at", UtcTime),  # when it first came back
    Column("closed_at", UtcTime),
    CheckConstraint("role in ('expert', 'admin')", name="role"),
)

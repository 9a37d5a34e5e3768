"""The only room that speaks SQL. A caller passes the connection: the transaction is the shell's."""

from sqlalchemy.ext.asyncio import AsyncConnection as Connection

from bot.store import (
    acts,
    chats,
    choices,
    credentials,
    exchanges,
    inbox,
    items,
    news,
    outbox,
    reach,
    recalls,
    reports,
    rereadings,
    reviewers,
    tellings,
    trends,
    uses,
    waiting,
)
from bot.store.engine import Database
from bot.store.together import Together

__all__ = [
    "Connection",
    "Database",
    "Together",
    "acts",
    "chats",
    "choices",
    "credentials",
    "exchanges",
    "inbox",
    "items",
    "news",
    "outbox",
    "reach",
    "recalls",
    "reports",
    "rereadings",
    "reviewers",
    "tellings",
    "trends",
    "uses",
    "waiting",
]

"""The only room that speaks SQL. A caller passes the connection: the transaction is the shell's."""

from sqlalchemy.ext.asyncio import AsyncConnection as Connection

from bot.store import (
    acts,
    chats,
    choices,
    exchanges,
    inbox,
    items,
    news,
    outbox,
    reach,
    recalls,
    reports,
    reviewers,
    tellings,
    trends,
    uses,
    waiting,
)
from bot.store.engine import Database

__all__ = [
    "Connection",
    "Database",
    "acts",
    "chats",
    "choices",
    "exchanges",
    "inbox",
    "items",
    "news",
    "outbox",
    "reach",
    "recalls",
    "reports",
    "reviewers",
    "tellings",
    "trends",
    "uses",
    "waiting",
]

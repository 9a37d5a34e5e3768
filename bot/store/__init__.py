"""The only room that speaks SQL. A caller passes the connection: the transaction is the shell's."""

from bot.store import chats, exchanges, inbox, outbox, waiting
from bot.store.engine import Database

__all__ = ["Database", "chats", "exchanges", "inbox", "outbox", "waiting"]

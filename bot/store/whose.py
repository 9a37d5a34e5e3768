"""Conditions for the rows of many chats, or of many people, in one statement.

SQLite looks for a list of pairs by reading the whole table, but for a list in one column by the index: so
there is a list for each channel.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, Table, false, or_

Chat = tuple[str, str]  # a channel, and the platform's id of the chat
Person = tuple[str, str, str]  # with the pseudonym of somebody in it


def in_chats(table: Table, chats: Collection[Chat]) -> ColumnElement[bool]:
    """Return the condition of rows that belong to one of the chats."""
    own: dict[str, set[str]] = defaultdict(set)
    for channel, chat in chats:
        own[channel].add(chat)
    c = table.c
    return or_(false(), *((c.channel == channel) & c.chat.in_(sorted(ids)) for channel, ids in own.items()))


def of_people(table: Table, people: Collection[Person]) -> ColumnElement[bool]:
    """Return the condition of rows that belong to one of the people, or to them in one another's chats."""
    own: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for channel, chat, asker in people:
        chats, askers = own[channel]
        chats.add(chat)
        askers.add(asker)
    c = table.c
    return or_(
        false(),
        *(
            (c.channel == channel) & c.chat.in_(sorted(chats)) & c.asker.in_(sorted(askers))
            for channel, (chats, askers) in own.items()
        ),
    )

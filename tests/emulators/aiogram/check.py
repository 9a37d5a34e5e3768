"""Reads calls of the Bot API as JSON, checks each by aiogram's models, and prints what they find as JSON.

Run in a virtual environment of its own: aiogram wants an older pydantic than the bot has.
"""

import json
import sys
from typing import Any

from aiogram import methods
from aiogram.types import (
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardMarkup,
)
from pydantic import ValidationError

SCOPES = {
    "all_private_chats": BotCommandScopeAllPrivateChats,
    "all_group_chats": BotCommandScopeAllGroupChats,
    "chat": BotCommandScopeChat,
}


def faults(method: str, body: dict[str, Any]) -> list[str]:
    model = getattr(methods, method[0].upper() + method[1:])
    unknown = sorted(set(body) - set(model.model_fields))
    found = [f"{method} has no {name}" for name in unknown]
    try:
        made = model(**{name: value for name, value in body.items() if name not in unknown})
        if "reply_markup" in body:  # of several models in one field it takes any that fits loosely
            keyboard = InlineKeyboardMarkup(**body["reply_markup"])
            for row in body["reply_markup"]["inline_keyboard"]:
                for button in row:
                    names = set(button) - set(type(keyboard.inline_keyboard[0][0]).model_fields)
                    found += [f"a button has no {name}" for name in sorted(names)]
        if "scope" in body:
            SCOPES[body["scope"]["type"]](**body["scope"])
        for entity in getattr(made, "entities", None) or []:
            if entity.model_extra:
                found.append(f"an entity has no {sorted(entity.model_extra)}")
    except (ValidationError, KeyError) as error:
        found.append(f"{method}: {error}")
    return found


if __name__ == "__main__":
    calls = json.load(sys.stdin)
    json.dump([fault for call in calls for fault in faults(call["method"], call["body"])], sys.stdout)

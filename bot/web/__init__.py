"""The web pages: a chat that works on a phone, with a keyboard, and without JavaScript."""

from bot.web.app import create_app

__all__ = ["create_app"]

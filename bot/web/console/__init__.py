"""The review console: where experts look after the base and admins see how it is used."""

from bot.web.console.routes import console_routes

__all__ = ["console_routes"]

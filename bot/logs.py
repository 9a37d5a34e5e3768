"""Log lines as data: an event, ids and figures; never a message's text, never a token."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Bot API URLs carry the token in their path: /bot123456:AA…/sendMessage
_TOKEN = re.compile(r"\b(?:bot)?\d{5,}:[A-Za-z0-9_-]{10,}")


def redact(text: str) -> str:
    """Return the text with everything that looks like a bot token replaced."""
    return _TOKEN.sub("[token]", text)


def _redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redact(value)
    return event


def set_up(style: str, level: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one style ("text" or "json")."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact_event,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redact_event, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # httpx logs every URL, and with it the token, at INFO.
    for noisy in ("httpx", "httpcore", "telegram", "watchfiles", "alembic", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )

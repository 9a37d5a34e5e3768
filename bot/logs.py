"""Log lines as data: an event, ids and figures; never a message's text, never a token."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

# Bot API URLs carry the token in their path: /bot123456:AA…/sendMessage
_TOKEN = re.compile(r"\b(?:bot)?\d{5,}:[A-Za-z0-9_-]{10,}")


def redact(text: str) -> str:
    """Return the text with everything that looks like a bot token replaced."""
    return _TOKEN.sub("[token]", text)


def _trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by where it happened and its kind: its words may be an asker's."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        lines = traceback.format_tb(error.__traceback__)
        event["exception"] = "".join([*lines, f"{type(error).__module__}.{type(error).__qualname__}"])
    return event


class _Redacted(structlog.stdlib.ProcessorFormatter):
    """The last hand on every line, whoever wrote it and however deep a token lies."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line without tokens."""
        return redact(super().format(record))


def set_up(style: str, level: str) -> None:
    """Send every log line, ours and the libraries', to standard error in one style ("text" or "json")."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    plain = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(_Redacted(foreign_pre_chain=shared, processors=[plain, renderer]))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # httpx logs every URL, and with it the token, at INFO.
    for noisy in ("httpx", "httpcore", "telegram", "watchfiles", "alembic", "aiosqlite"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
    )

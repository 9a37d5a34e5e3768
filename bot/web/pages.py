"""Templates to responses. Whoever asks for a fragment (htmx) gets a fragment, everybody else a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.phrases import say
from bot.web.assets import Assets
from bot.web.headers import HEADERS
from bot.web.markdown import answer_html
from bot.written import day, duration, grouped, moment, share, shorten

TEMPLATES = Path(__file__).parent / "templates"
# The emoji that open a button's label, and the drawings that the page shows instead: some phones have none.
ICONS: Mapping[str, str] = {"👍": "good", "👎": "bad", "🙋": "expert", "📚": "topics", "⚠": "warning"}
_ICON = re.compile(f"({'|'.join(ICONS)})\\ufe0f?\\s*(.*)", re.DOTALL)
_FIRST_SENTENCE = re.compile(r"(.+?[.!?])\s+(.+)", re.DOTALL)
MOST_AT_ONCE = 160  # characters of a warning; more would push the answer off a phone's screen
TROUBLE: Mapping[int, str] = {
    403: "web.trouble.foreign",
    404: "web.trouble.missing",
    413: "web.trouble.too_big",
}


@dataclass(frozen=True, slots=True)
class Label:
    """A label without its emoji; `icon` names the drawing, "" for none."""

    icon: str
    text: str


def label(text: str) -> Label:
    """Split a label into the drawing for its leading emoji and the words."""
    parts = _ICON.fullmatch(text)
    return Label(ICONS[parts[1]], parts[2]) if parts else Label("", text)


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning; `rest` is "" where all of it is short enough to be read at once."""

    first: str
    rest: str


def notice(text: str) -> Notice:
    """Split a long warning after its first sentence; its emoji makes room for a drawing."""
    words = label(text).text
    parts = _FIRST_SENTENCE.fullmatch(words) if len(words) > MOST_AT_ONCE else None
    return Notice(parts[1], parts[2]) if parts else Notice(words, "")


def is_htmx(request: Request) -> bool:
    """Tell whether a script of ours asks, and wants a fragment."""
    return request.headers.get("hx-request") == "true"


class Pages:
    """Renders templates; escaping is on everywhere and an unknown name in a template is an error."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(say=say, asset=assets.url, new_key=lambda: str(uuid4()))
        self._environment.filters.update(answer_html=answer_html, label=label, notice=notice)
        for write in (day, duration, grouped, moment, share, shorten):
            self._environment.filters[write.__name__] = write

    def html(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Return a rendered template."""
        return HTMLResponse(self._environment.get_template(template).render(values), status)

    def trouble(self, request: Request, status: int) -> HTMLResponse:
        """Say what went wrong and what to do, in words for officers."""
        template = "trouble_line.html" if is_htmx(request) else "trouble.html"
        response = self.html(template, status, message=say(TROUBLE.get(status, "web.trouble.other")))
        # What fails outside our middleware, or is refused by it, has to be as safe as the rest.
        response.headers.update(HEADERS)
        return response

    def refusal(self, request: Request, message: str) -> HTMLResponse:
        """Say why something may not be done in the console; what was typed is still a page back."""
        template = "trouble_line.html" if is_htmx(request) else "console/refused.html"
        return self.html(template, 403, message=message)

    async def on_http_error(self, request: Request, error: Exception) -> HTMLResponse:
        """Answer an error that a route raised on purpose."""
        return self.trouble(request, error.status_code if isinstance(error, HTTPException) else 500)

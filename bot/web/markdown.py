"""Experts' Markdown as HTML: no raw HTML, no images, no link but to the web or to a mailbox."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

SCHEMES = ("https://", "http://", "mailto:")
TOP_HEADING = 3  # the page's name is 1, the matched question is 2


def answer_html(text: str) -> Markup:
    """Return an answer as HTML that is safe whatever was written."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 (raw HTML is off, so everything is escaped)


def _allowed(url: str) -> bool:
    return url.strip().lower().startswith(SCHEMES)


def _link_open(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    tokens[index].attrSet("target", "_blank")
    return renderer.renderToken(tokens, index, options, env)


def _heading(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    level = min(int(tokens[index].tag[1:]) + TOP_HEADING - 1, 6)
    tokens[index].tag = f"h{level}"
    return renderer.renderToken(tokens, index, options, env)


def _parser() -> MarkdownIt:
    # A curator who ends a line means a new line; chat apps show it so, too.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.disable("image")
    parser.validateLink = _allowed  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("heading_open", _heading)
    parser.add_render_rule("heading_close", _heading)
    return parser


_MARKDOWN = _parser()

"""A reply as plain text, for platforms without markup: all it says, and what to type for a button.

An answer's Markdown is read as the page reads it (`bot.web.markdown`).
"""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.domain import Reply, Style
from bot.phrases import say

BULLET = "• "
SCHEMES = ("https://", "http://", "mailto:")


def messages(reply: Reply, longest: int) -> list[str]:
    """Return the messages that make up a reply where nothing can be pressed; the last says what to type."""
    return list(split("\n\n".join(filter(None, (write(reply), hint(reply)))), longest))


def write(reply: Reply) -> str:
    """Return a whole reply as plain text, with numbers before its choices."""
    paragraphs = [
        plain(block.text) if block.style is Style.ANSWER else block.text.strip() for block in reply.blocks
    ]
    return "\n\n".join(filter(None, [*paragraphs, "\n".join(numbered(reply))]))


def numbered(reply: Reply) -> Iterator[str]:
    """Yield a line per choice, each with the number to type."""
    for number, choice in enumerate(reply.choices, 1):
        yield f"{number}. {choice.label}"
    if reply.none:
        yield f"0. {reply.none.label}"


def hint(reply: Reply) -> str:
    """Return the one line that says what may be typed now; empty where there is nothing to choose."""
    count = len(reply.choices)
    numbers = ["1" if count == 1 else f"1-{count}"] if count else []
    words = [button.word or _bare(button.label) for row in reply.buttons for button in row]
    offered = [*numbers, *(["0"] if reply.none else []), *words]
    return say("typed.line", words=" · ".join(offered)) if offered else ""


def _bare(label: str) -> str:
    """Return a label without its picture: the words that may be typed."""
    return " ".join(word for word in label.split() if any(map(str.isalnum, word))).lower()


def split(text: str, limit: int) -> Iterator[str]:
    """Yield pieces of at most `limit` UTF-16 units, cut after a paragraph, else a line, else a word."""
    text = text.strip()
    while units(text) > limit:
        end = end_of_piece(text, limit)
        yield text[:end].strip()
        text = text[end:].strip()
    if text:
        yield text


def units(text: str) -> int:
    """Return the length in UTF-16 units: what platforms count, or more than they do."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def end_of_piece(text: str, limit: int) -> int:
    """Return where to cut a text so that what is before it has at most `limit` UTF-16 units."""
    head = text.encode("utf-16-le", "surrogatepass")[: limit * 2].decode("utf-16-le", "ignore")
    for mark in ("\n\n", "\n", " "):
        at = head.rfind(mark)
        if at > len(head) // 3:  # a paragraph that is longer than most of a message is cut inside
            return at
    return len(head)


# --- an answer's Markdown ---------------------------------------------------------------------------


def plain(markdown: str) -> str:
    """Return what Markdown says, without its marks; the addresses of links stand behind their words."""
    return "\n\n".join(filter(None, map(_block, SyntaxTreeNode(_PARSER.parse(markdown)).children)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list":
            return "\n".join(_item(BULLET, item) for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(_item(f"{at}. ", item) for at, item in enumerate(node.children, first))
        case "paragraph" | "heading" | "inline":
            return "".join(map(_span, node.children[0].children if node.type != "inline" else node.children))
        case "blockquote":
            return "\n".join(map(_block, node.children))
    return node.content.rstrip("\n")


def _item(mark: str, item: SyntaxTreeNode) -> str:
    lines = "\n".join(map(_block, item.children)).split("\n")
    return mark + f"\n{' ' * len(mark)}".join(lines)


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            words, url = "".join(map(_span, node.children)), str(node.attrs.get("href", ""))
            return words if words == url or not url.startswith(SCHEMES) else f"{words} ({url})"
        case "strong" | "em":
            return "".join(map(_span, node.children))
    return node.content


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.disable("image")
    return parser


_PARSER = _parser()

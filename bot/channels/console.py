"""The terminal: a line in, a reply in Rich's Markdown out."""

from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text as RichText

from bot.channels.base import Abilities, Payload
from bot.channels.wire import dump_reply, load_reply
from bot.domain import Block, Ignored, Message, Reply, Style, Text

STYLES: Mapping[Style, str] = {
    Style.TEXT: "",
    Style.TITLE: "bold",
    Style.WARNING: "bold yellow",
    Style.SOURCE: "cyan",
    Style.NOTE: "dim",
    Style.QUOTE: "italic",
}


class ConsoleChannel:
    """Payloads are `{"text": …}`; parts are whole replies, printed by whoever runs the conversation."""

    name = "console"
    can = Abilities(pushes=False, buttons=False, formatting=True, edits=False)

    def parse(self, payload: Payload) -> Message | Ignored:
        """Read a typed line."""
        return Text(str(payload.get("text", "")))

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Keep the reply whole: a terminal has no limits."""
        return [dump_reply(reply)]

    async def send(self, chat: str, part: Payload) -> str:
        """Do nothing: the conversation prints what is in the outbox."""
        return ""


def show(console: Console, part: Payload) -> None:
    """Print a reply; plain text without colours or boxes when the output is a pipe."""
    reply = load_reply(part)
    lines: list[RenderableType] = [_block(block) for block in reply.blocks]
    lines += [RichText(f"{number}. {choice.label}") for number, choice in enumerate(reply.choices, 1)]
    if reply.none:
        lines.append(RichText(f"0. {reply.none.label}"))
    hints = [button.label for row in reply.buttons for button in row]
    if hints and console.is_terminal:
        lines.append(RichText(" · ".join(hints), style="dim"))
    body = Group(*lines)
    console.print(Panel(body, border_style="blue") if console.is_terminal else body)


def _block(block: Block) -> RenderableType:
    if block.style is Style.ANSWER:
        return Markdown(block.text)
    return RichText(block.text, style=STYLES[block.style])

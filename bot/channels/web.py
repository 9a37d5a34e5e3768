"""The web chat: form fields in, whole replies out, fetched by the page when it asks for them."""

from collections.abc import Sequence

from bot.channels.base import Abilities, Payload
from bot.channels.wire import dump_reply
from bot.domain import Ignored, Message, Press, Reply, Text


class WebChannel:
    """Payloads are `{"text": …}` or `{"action": …, "label": …}`; parts are whole replies as JSON.

    `label` is what the pressed button said. Only the page shows it, to the person who pressed it.
    """

    name = "web"
    can = Abilities(pushes=False, buttons=True, formatting=True, edits=False)

    def parse(self, payload: Payload) -> Message | Ignored:
        """Read a form as it was stored."""
        match payload:
            case {"action": str(action)}:
                return Press(action)
            case {"text": str(text)}:
                return Text(text)
        return Ignored("neither a text nor an action")

    def render(self, reply: Reply, payload: Payload) -> Sequence[Payload]:
        """Keep the reply whole: the page decides how it looks when somebody reads it."""
        return [dump_reply(reply)]

    async def send(self, chat: str, part: Payload) -> str:
        """Do nothing: the page fetches what is in the outbox."""
        return ""

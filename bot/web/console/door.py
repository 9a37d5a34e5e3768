"""The way in and out. A link only shows a button: chat apps open links for a preview, and would use it up."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.signing_in import SignIn
from bot.web.console.gate import Call, Gate
from bot.web.pages import Pages


class Door:
    """The pages of somebody who is not signed in."""

    def __init__(self, sign_in: SignIn, pages: Pages, gate: Gate) -> None:
        self._sign_in = sign_in
        self._pages = pages
        self._gate = gate

    async def ask_for_link(self, request: Request) -> Response:
        """Tell how to get a link."""
        return self._pages.html("console/door.html", used=False)

    async def show(self, request: Request) -> Response:
        """Say whom a link would let in."""
        reviewer = await self._sign_in.invited(request.path_params["secret"])
        if reviewer is None:
            return self._pages.html("console/door.html", 404, used=True)
        return self._pages.html("console/enter.html", reviewer=reviewer)

    async def enter(self, request: Request) -> Response:
        """Use a link up."""
        cookie = await self._sign_in.enter(request.path_params["secret"])
        if cookie is None:
            return self._pages.html("console/door.html", 404, used=True)
        response = RedirectResponse("/console", 303)
        self._gate.give(cookie, response)
        return response

    async def leave(self, call: Call) -> Response:
        """Sign somebody out."""
        await self._sign_in.leave(call.visit)
        response = RedirectResponse("/console/sign-in", 303)
        self._gate.take(response)
        return response

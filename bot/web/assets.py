"""Styles and scripts: a few small files in memory, named by their content so that browsers keep them."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to serve."""

    body: bytes
    digest: str
    media_type: str


class Assets:
    """The files of a directory, read once."""

    def __init__(self, directory: Path = STATIC) -> None:
        self._assets: Mapping[str, Asset] = {
            path.name: _read(path) for path in sorted(directory.iterdir()) if path.is_file()
        }

    def url(self, name: str) -> str:
        """Return where a file is served; the path changes with its content.

        Raises:
            KeyError: there is no such file.
        """
        return f"/static/{self._assets[name].digest}/{name}"

    async def serve(self, request: Request) -> Response:
        """Serve a file: for ever under its own digest; under an older one, what is there now."""
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        current = request.path_params["digest"] == asset.digest
        headers = {"Cache-Control": FOR_EVER if current else "no-cache"}
        return Response(asset.body, media_type=asset.media_type, headers=headers)


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, hashlib.sha256(body).hexdigest()[:12], kind)

"""Form posts, read with a bound: a pasted document is welcome, a flood is not."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES = 1024 * 1024  # of a form; 200 kB of Vietnamese take about 600 kB, percent-encoded
MOST_DRAINED = 16 * 1024 * 1024  # read on so far, since a browser shows our page only after it sent all
MOST_FIELDS = 10
FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request, most_fields: int = MOST_FIELDS) -> Mapping[str, str]:
    """Return the fields of a form post, `most_fields` at the most; of fields with one name the last.

    Raises:
        HTTPException: it is too big (413), not a form (415), or has too many fields (400).
    """
    body = await _read(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    text = body.decode("utf-8", "replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=most_fields)
    except ValueError:
        raise HTTPException(400) from None
    # PostgreSQL stores no NUL in a text, and nobody can type one.
    return {name: value.replace("\0", "").replace("\r\n", "\n") for name, value in fields}


async def _read(request: Request) -> bytes:
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_DRAINED:
            break
        if size <= MOST_BYTES:
            body += chunk
    if size > MOST_BYTES:
        raise HTTPException(413)
    return bytes(body)

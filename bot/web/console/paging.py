"""A long list, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page, from 1, of all."""

    items: Sequence[Item]
    number: int
    pages: int
    total: int

    def link(self, request: Request) -> Callable[[int], str]:
        """Return what makes the address of another page with the same filters."""
        url = request.url

        def to(number: int) -> str:
            other = url.include_query_params(page=number)
            return f"{other.path}?{other.query}"

        return to


def page_of(items: Sequence[Item], wanted: str, size: int) -> Page[Item]:
    """Return the page that was asked for, or the nearest that there is."""
    pages = max(1, -(-len(items) // size))
    number = min(int(wanted), pages) if wanted.isdecimal() and len(wanted) < 7 else 1
    number = max(number, 1)
    return Page(items[(number - 1) * size : number * size], number, pages, len(items))

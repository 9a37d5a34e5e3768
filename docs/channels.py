"""Writes the conversations in `channels.md` anew: `make channels`.

What it writes stands between two marks; all else there is written by hand.
"""

import asyncio
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "faces"))

from faces import converse, document  # noqa: E402

from bot.logs import set_up  # noqa: E402

PAGE = HERE / "channels.md"
BEGIN, END = "<!-- made by `make channels` -->\n", "<!-- up to here -->\n"


def renewed(page: str, made: str) -> str:
    """Return a page with what is made in its place."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    set_up("text", "WARNING")
    made = document(asyncio.run(converse()))
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")

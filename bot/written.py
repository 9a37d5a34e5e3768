"""Figures, days and times as Vietnamese readers write them: 1.234, 12,5 %, 23/11/2026 08:40."""

from datetime import date, datetime, timedelta

from bot.domain import VIETNAM
from bot.phrases import say

HOUR = timedelta(hours=1)
LONGEST = 160  # characters of a question in a list


def grouped(number: int) -> str:
    """Return a whole number with a point after every three digits."""
    return f"{number:,}".replace(",", ".")


def decimal(number: float, digits: int = 1, *, signed: bool = False) -> str:
    """Return a number with `digits` after the comma; above zero with a sign only if `signed`."""
    return f"{number:{'+' if signed else ''}z.{digits}f}".replace(".", ",")


def share(part: float | None) -> str:
    """Return a share (0..1) as a percentage; a dash where there is none."""
    return "–" if part is None else f"{decimal(100 * part)} %"


def day(value: date) -> str:
    """Return a date."""
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def moment(value: datetime) -> str:
    """Return a UTC time as the clocks in Vietnam show it."""
    there = value + VIETNAM
    return f"{day(there.date())} {there:%H:%M}"


def duration(time: timedelta | None) -> str:
    """Return how long something took, in the one unit that says it best."""
    if time is None:
        return say("console.duration.none")
    if time < HOUR:
        return say("console.duration.minutes", count=max(1, round(time.total_seconds() / 60)))
    if time < 48 * HOUR:
        return say("console.duration.hours", count=round(time / HOUR))
    return say("console.duration.days", count=round(time / (24 * HOUR)))


def shorten(text: str) -> str:
    """Return a text on one line, cut to what a list can show."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

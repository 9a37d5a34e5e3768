"""Charts are values: bars that add up, on a scale that can be read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.console.charts import (
    HEIGHT,
    HOTTEST,
    MOST_LABELS,
    WIDTH,
    Column,
    Part,
    heated,
    ranked,
    scale,
    stacked,
)
from bot.web.console.spans import MOST_DAYS, Range, read_range

TODAY = date(2026, 11, 23)


def column(label: str, *counts: int) -> Column:
    return Column(label, tuple(Part(f"kind{at}", f"Loại {at}", count) for at, count in enumerate(counts)))


COLUMNS = st.lists(st.lists(st.integers(0, 10**7), min_size=2, max_size=2), max_size=70)


@given(COLUMNS)
def test_bars_are_in_proportion_and_inside(counts: list[list[int]]) -> None:
    chart = stacked([column(str(at), *each) for at, each in enumerate(counts)])
    top = chart.ticks[0].label
    assert len(chart.bars) == sum(count > 0 for each in counts for count in each)
    for bar in chart.bars:
        assert -1e-6 <= bar.x <= bar.x + bar.width <= WIDTH + 1e-6
        assert -1e-6 <= bar.y <= bar.y + bar.height <= HEIGHT + 1e-6
    area = sum(bar.height for bar in chart.bars) * top / HEIGHT
    assert area == pytest.approx(sum(map(sum, counts)), rel=1e-6)


@given(st.integers(0, 10**9))
def test_a_scale_is_round_short_and_reaches_the_top(most: int) -> None:
    ticks = scale(most)
    assert ticks[0] == 0
    assert most <= ticks[-1] <= max(2.5 * most, 1)
    assert 2 <= len(ticks) <= 5
    assert str(ticks[1]).rstrip("0") in ("1", "2", "5")


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(0, (0, 1)), (1, (0, 1)), (3, (0, 1, 2, 3)), (9, (0, 5, 10)), (38, (0, 10, 20, 30, 40))],
)
def test_scales(most: int, ticks: tuple[int, ...]) -> None:
    assert scale(most) == ticks


def test_parts_stand_on_each_other() -> None:
    low, high = stacked([column("23/11", 3, 1)]).bars
    assert low.y == pytest.approx(high.y + high.height)
    assert low.y + low.height == HEIGHT
    assert high.title == "23/11: Loại 1 1"


def test_few_labels_are_written_the_ends_among_them() -> None:
    labels = stacked([column(str(day), 1) for day in range(31)]).labels
    assert len(labels) == MOST_LABELS
    assert (labels[0], labels[-1]) == ("0", "30")
    assert stacked([column("a", 1)]).labels == ("a",)


def test_a_ranking_is_as_long_as_it_counts() -> None:
    longest, short, none = ranked(
        [column("a", 6, 2), column("b", 2, 0), column("c", 0, 0)], ["/a", None, None]
    )
    assert [bar.width for bar in longest.bars] == [750, 250]
    assert longest.bars[1].x == 750
    assert [bar.width for bar in short.bars] == [250]
    assert (none.count, none.bars) == (0, ())
    assert longest.link == "/a"
    assert ranked([]) == ()


def test_a_cell_is_as_hot_as_its_share_and_only_nothing_is_cold() -> None:
    counts = [0, 1, 5, 6, 10, 11, 20, 500]
    [row] = heated([str(one) for one in counts], [("Sơn La", "/a", 53, 9, counts)], 20).rows
    assert [cell.heat for cell in row.cells] == [0, 1, 1, 2, 2, 3, HOTTEST, HOTTEST]
    assert [cell.count for cell in row.cells] == counts
    assert (row.label, row.link, row.count, row.people) == ("Sơn La", "/a", 53, 9)


@pytest.mark.parametrize("days", [1, 7, MOST_DAYS, MOST_DAYS + 1, 365, 371, 372, 2000])
def test_every_day_of_a_range_is_in_one_bucket(days: int) -> None:
    span = Range(TODAY - timedelta(days=days - 1), TODAY)
    buckets = list(span.buckets())
    assert [day for bucket in buckets for day in bucket] == [
        span.first + timedelta(days=at) for at in range(days)
    ]
    assert len(buckets) <= 70


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 10, 25), TODAY),
        ({"since": "2026-11-01", "until": "2026-11-05"}, date(2026, 11, 1), date(2026, 11, 5)),
        ({"since": "2026-11-05", "until": "2026-11-01"}, date(2026, 11, 1), date(2026, 11, 5)),
        ({"since": "hôm qua", "until": "9999-99-99"}, date(2026, 10, 25), TODAY),
        ({"since": "0001-01-01", "until": "9999-12-31"}, date(2026, 10, 25), TODAY),
        ({"since": "20261101"}, date(2026, 11, 1), TODAY),
    ],
)
def test_a_range_is_read_from_an_address(query: dict[str, str], first: date, last: date) -> None:
    found = read_range(query, TODAY, ["web"])
    assert (found.first, found.last, found.channel) == (first, last, None)


def test_a_range_is_days_in_vietnam_both_included() -> None:
    span = Range(date(2026, 11, 1), date(2026, 11, 2), "web").span
    assert span.since.isoformat() == "2026-10-31T17:00:00+00:00"
    assert span.until.isoformat() == "2026-11-02T17:00:00+00:00"
    assert read_range({"channel": "telegram"}, TODAY, ["web"]).channel is None
    assert read_range({"channel": "web"}, TODAY, ["web"]).channel == "web"

"""What a base holds, counted on a small one; what runs out is told by the day that is passed in."""

from datetime import date

import pytest
from kb_files import Write

from bot.kb import load
from bot.kb.stats import Ending, Stats, count

BASE = {
    "topics.yaml": """\
- {id: nha-o, title: Nhà ở, project: 5}
- {id: day-nghe, title: D, project: 4, subproject: 1}
""",
    "documents.yaml": """\
1/2020: {title: A, ended: 2026-11-01}
2/2020: {title: B, effective: 2020-01-01}
3/2026: {title: C, effective: 2027-01-01, replaces: [2/2020]}
4/2020: {title: D, ended: 2020-01-01}
""",
    "glossary.yaml": "- {short: hn, full: hộ nghèo}\n- {short: dc, full: được}\n",
    "off_topic.yaml": "- {group: a, reply: A, examples: [x, y]}\n- {group: b, reply: B, examples: [z]}\n",
    "regulations/a.yaml": """\
- {id: a, topic: nha-o, question: A, answer: A, variants: [a1, a2], tests: [t], status: checked,
   valid_to: 2026-12-31, sources: [{document: 1/2020}]}
- {id: b, topic: nha-o, question: B, answer: B, valid_to: 2026-11-30, sources: [{document: 2/2020}]}
- {id: c, question: C, answer: C, valid_to: 2026-11-01, superseded_by: a, sources: [{document: 1/2020}]}
- {id: d, topic: nha-o, question: D, answer: …}
""",
    "practices/b.yaml": """\
- {id: e, topic: nha-o, question: E, answer: E, tests: [u, v], valid_to: 2026-12-31}
""",
}


@pytest.fixture
def counted(write: Write):
    def _counted(today: date) -> Stats:
        return count(load(write(BASE)), today)

    return _counted


def test_entries_variants_and_tests_are_counted_by_topic_and_category(counted):
    stats = counted(date(2026, 11, 29))
    rows = [
        (one.name, one.project, one.subproject, one.entries, one.variants, one.tests) for one in stats.topics
    ]
    assert rows == [("nha-o", 5, None, 3, 2, 3), ("day-nghe", 4, 1, 0, 0, 0), ("", None, None, 1, 0, 0)]
    assert stats.topics[0].by_category == {"regulations": 2, "inspections": 0, "practices": 1, "general": 0}
    assert [(one.name, one.entries) for one in stats.categories] == [
        ("regulations", 3), ("inspections", 0), ("practices", 1), ("general", 0),
    ]  # fmt: skip
    assert (stats.total.entries, stats.total.variants, stats.total.tests) == (4, 2, 3)


def test_the_rest_is_counted_too(counted):
    stats = counted(date(2026, 11, 29))
    assert stats.statuses == {"draft": 3, "checked": 1, "approved": 0}
    assert (stats.unwritten, stats.documents, stats.glossary_rows) == (1, 4, 2)
    assert (stats.off_topic_groups, stats.off_topic_examples) == (2, 3)


@pytest.mark.parametrize(
    ("today", "endings"),
    [
        (date(2026, 8, 1), []),
        (date(2026, 8, 3), ["1/2020"]),
        (date(2026, 9, 1), ["1/2020", "2026-11-30"]),
        (date(2026, 11, 29), ["1/2020", "2026-11-30", "2026-12-31", "2/2020"]),
        (date(2027, 6, 1), ["1/2020", "2026-11-30", "2026-12-31", "2/2020"]),
    ],
)
def test_what_ends_within_90_days_or_has_ended_is_listed_by_day(counted, today: date, endings: list[str]):
    assert [one.document or one.day.isoformat() for one in counted(today).endings] == endings


def test_an_ending_names_its_entries_but_none_that_is_replaced(counted):
    endings = counted(date(2026, 11, 29)).endings
    assert endings[0] == Ending(date(2026, 11, 1), "1/2020", ("a",))
    assert endings[2] == Ending(date(2026, 12, 31), None, ("e", "a"))
    assert endings[3] == Ending(date(2026, 12, 31), "2/2020", ("b",))

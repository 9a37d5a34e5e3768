"""Lists of places: names that are no unit's, and references that lead nowhere, are told by `kb check`."""

import pytest
from kb_bases import base, entry

from bot.kb import Problem, check, describe, load

LIST = """\
- id: huyen-ngheo
  title: Danh sách
  document: 55/2023/TT-BTC
  places: ["huyện Bảo Lâm, tỉnh Cao Bằng"]
"""


def told(write, places: str) -> list[Problem]:
    return list(check(load(write(base(entry(), places=places)))))


def test_a_sound_list_owes_nothing(write):
    assert told(write, LIST) == []


@pytest.mark.parametrize(
    ("wrong", "code", "line"),
    [
        (LIST.replace("huyện Bảo Lâm, tỉnh Cao Bằng", "huyện Bảo Lâm"), "unknown_place", 4),  # there are two
        (LIST.replace("Bảo Lâm", "Bảo Lầm"), "unknown_place", 4),
        (LIST.replace("huyện Bảo", "xã Bảo"), "unknown_place", 4),  # a unit of today
        (LIST.replace("55/2023", "56/2023"), "unknown_document", 3),
        (LIST + "  entries: [muc-x]\n", "unknown_entry", 5),
        (
            LIST + "  left: [{place: 'huyện Bảo Lạc, tỉnh Cao Bằng', document: 55/2023/TT-BTC}]\n",
            "not_in_list",
            5,
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told(write, wrong, code, line):
    (problem,) = told(write, wrong)
    assert (problem.code, problem.line) == (code, line)
    assert "“" in describe(problem)

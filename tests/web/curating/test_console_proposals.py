"""Contract: with `HOIDAP_REVIEW_MODE=propose` an answer goes to a branch, and its askers wait for the merge.

And what an answer has put into the base can be taken out again, once it is withdrawn from its askers.
"""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from test_console_editing import in_git
from test_console_queue import act, asks, state, told
from test_console_writing import COMPLETE, FILE, HOUSE, box_of, entry_form, git, send, tried_of
from web_console import LAN, Console, OneBrain, words
from web_site import BASE

from bot.channels.web import WebChannel
from bot.domain import Candidate, Wishes
from bot.items import ActKind, ItemState
from bot.kb import load
from bot.lanes import Wake
from bot.live import Brain, build_brain
from bot.phrases import say
from bot.renewal import Renewal
from bot.store import Database

ENTRY = "nha-tieu-hop-ve-sinh-duoc-ho-tro-bao-nhieu"
NEW = f"reviewed/practices/{ENTRY}.yaml"
ASKED = "dựng căn nhà mới xin được mấy đồng"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "base")
    in_git(tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def team(database: Database, learned: Brain, base: Path) -> Console:
    """A console of people who review by branch."""
    return Console(database, OneBrain(learned), directory=base, proposes=True)


@pytest.fixture
def alone(database: Database, learned: Brain, base: Path) -> Console:
    """A console that writes into the base."""
    return Console(database, OneBrain(learned), directory=base)


def renewal_of(console: Console) -> Renewal:
    channels = {"web": WebChannel(), "telegram": WebChannel()}
    brain = lambda: console.live.current  # noqa: E731
    return Renewal(console.database, channels, console.reviewing, brain, console.clock, Wake(), timedelta(30))


async def saves(console: Console, number: int, what: str, form: dict[str, str]) -> None:
    path = f"/console/queue/{number}/{what}"
    async with console.browser(LAN) as browser:
        shown = await send(browser, path, step="try", **form)
        saved = await send(browser, path, step="save", tried=tried_of(shown.text), **form)
        assert saved.headers["location"] == f"/console/queue/{number}"


async def history(console: Console, number: int) -> list[ActKind]:
    whole = await console.reviewing.item(number)
    assert whole
    return [one.kind for one in whole.acts]


async def goes_live(console: Console) -> None:
    console.live.current = build_brain(console.directory, Wishes())
    await renewal_of(console).try_open()


@pytest.mark.parametrize("what", ["write", "variant"])
async def test_proposed_merged_live_told(team: Console, what: str) -> None:
    number = await asks(team, ASKED, candidates=(Candidate(HOUSE, 0.3),))
    await asks(team, ASKED, asker="other", channel="telegram")
    if what == "write":
        await saves(team, number, "write", entry_form(**COMPLETE))
    else:
        await saves(team, number, f"variant/{HOUSE}", {await box_of(team, number): "1"})
    assert git(team.directory, "status", "--porcelain") == ""
    branch = git(team.directory, "branch", "--list", "de-xuat/*", "--format=%(refname:short)").strip()
    async with team.browser(LAN) as browser:
        page = words((await browser.get(f"/console/queue/{number}")).text)
    assert f"{say('console.propose.waits')} {branch}" in page
    team.clock.turn(hours=9)
    assert await team.reviewing.give_back_late() == 0
    await goes_live(team)
    assert (await state(team, number), await told(team)) == (ItemState.TAKEN, [])

    git(
        team.directory,
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "merge",
        "-q",
        "--no-ff",
        "-m",
        "Gộp",
        branch,
    )
    await goes_live(team)
    await goes_live(team)
    whole = await team.reviewing.item(number)
    assert whole
    assert (whole.item.state, whole.item.settled_by, whole.item.branch) == (
        ItemState.ANSWERED,
        LAN.person,
        None,
    )
    assert whole.item.entry == (ENTRY if what == "write" else HOUSE)
    said = await told(team)
    assert len(said) == 2
    assert all(("3 triệu" if what == "write" else "40 triệu") in each for each in said)
    assert git(team.directory, "log", "--no-merges", "-1", "--format=%an").strip() == LAN.name


async def test_another_entry_that_answers_first_is_not_put_under_the_proposer_s_name(team: Console) -> None:
    number = await asks(team, ASKED, candidates=(Candidate(HOUSE, 0.3),))
    await saves(team, number, "write", entry_form(**COMPLETE))
    file = team.directory / FILE
    file.write_text(
        file.read_text(encoding="utf-8").replace("    - hỗ trợ xây nhà mới mấy triệu\n", f"    - {ASKED}\n"),
        encoding="utf-8",
    )
    await goes_live(team)
    whole = await team.reviewing.item(number)
    assert whole
    assert (whole.item.state, whole.item.entry, whole.item.settled_by) == (ItemState.ANSWERED, HOUSE, "bot")
    assert len(await told(team)) == 1


async def test_a_proposal_taken_back_takes_its_branch_along(team: Console) -> None:
    number = await asks(team, ASKED)
    await saves(team, number, "write", entry_form(**COMPLETE))
    whole = await team.reviewing.item(number)
    assert whole
    async with team.browser(LAN) as browser:
        await act(browser, number, "undo", act=str(whole.acts[-1].id))
        page = words((await browser.get(f"/console/queue/{number}")).text)
    assert say("console.propose.waits") not in page
    assert git(team.directory, "branch", "--list", "de-xuat/*") == ""
    assert await history(team, number) == [ActKind.TOOK, ActKind.PROPOSED, ActKind.UNDID]
    assert await state(team, number) is ItemState.TAKEN


@pytest.mark.parametrize("what", ["write", "variant"])
async def test_an_answer_withdrawn_can_leave_the_base_too(alone: Console, what: str) -> None:
    number = await asks(alone, ASKED, candidates=(Candidate(HOUSE, 0.3),))
    before = {path: path.read_bytes() for path in alone.directory.rglob("*.yaml")}
    if what == "write":
        await saves(alone, number, "write", entry_form(**COMPLETE))
    else:
        await saves(alone, number, f"variant/{HOUSE}", {await box_of(alone, number): "1"})
    button = say("console.take_out.entry") if what == "write" else say("console.take_out.words")
    async with alone.browser(LAN) as browser:
        assert button not in (await browser.get(f"/console/queue/{number}")).text
        whole = await alone.reviewing.item(number)
        assert whole
        await act(browser, number, "undo", act=str(whole.acts[-1].id))
        assert {path: path.read_bytes() for path in alone.directory.rglob("*.yaml")} != before
        assert button in (await browser.get(f"/console/queue/{number}")).text
        await act(browser, number, "take-out")
        assert button not in (await browser.get(f"/console/queue/{number}")).text
        assert (await send(browser, f"/console/queue/{number}/take-out")).status_code == 409
    assert {path: path.read_bytes() for path in alone.directory.rglob("*.yaml")} == before
    assert git(alone.directory, "status", "--porcelain") == ""
    assert git(alone.directory, "log", "-1", "--format=%an|%s").startswith(f"{LAN.name}|Gỡ")
    assert await history(alone, number) == [ActKind.TOOK, ActKind.ANSWERED, ActKind.UNDID, ActKind.TOOK_OUT]
    assert await state(alone, number) is ItemState.TAKEN


async def test_what_somebody_has_worked_on_since_is_not_taken_out(alone: Console) -> None:
    number = await asks(alone, ASKED)
    await saves(alone, number, "write", entry_form(**COMPLETE))
    file = alone.directory / NEW
    file.write_text(file.read_text(encoding="utf-8").replace("3 triệu", "4 triệu"), encoding="utf-8")
    whole = await alone.reviewing.item(number)
    assert whole
    async with alone.browser(LAN) as browser:
        await act(browser, number, "undo", act=str(whole.acts[-1].id))
        late = await send(browser, f"/console/queue/{number}/take-out")
        assert (late.status_code, say("console.take_out.changed") in words(late.text)) == (409, True)
    assert ENTRY in load(alone.directory).entries


async def test_what_a_stopped_machine_did_not_commit_is_committed_and_what_others_left_is_named(
    alone: Console,
) -> None:
    number = await asks(alone, ASKED)
    lock = alone.directory / ".git" / "index.lock"
    lock.touch()  # as a git that was killed leaves it
    await saves(alone, number, "write", entry_form(**COMPLETE))
    assert git(alone.directory, "log", "--format=%s").split() == ["Kho"]
    async with alone.browser(LAN) as browser:
        assert NEW in words((await browser.get("/console/care")).text)
        lock.unlink()
        (alone.directory / ".hoidap-all.yaml.x1").write_text("- id: [")
        other = await asks(alone, "xin tiền dựng nhà")
        await saves(alone, other, f"variant/{HOUSE}", {await box_of(alone, other): "1"})
        assert say("console.care.uncommitted") not in (await browser.get("/console/care")).text
    assert git(alone.directory, "status", "--porcelain") == ""
    assert git(alone.directory, "show", "--name-only", "--format=%s", "HEAD~1").split("\n\n") == [
        subject(number, ENTRY), f"{NEW}\n"
    ]  # fmt: skip
    assert git(alone.directory, "show", "--name-only", "--format=%s", "HEAD").split("\n\n") == [
        subject(other, HOUSE), f"{FILE}\n"
    ]  # fmt: skip


def subject(number: int, entry: str) -> str:
    return say("console.write.commit", number=number, entry=entry)

"""Questions about a place: is it in a list that decides who is supported, and what is it called today?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from bot.domain import Block, Exchange, Outcome, Reply, Style, Verdict
from bot.handlers import actions
from bot.handlers.context import Context
from bot.kb import DocumentStatus, Knowledge, Left, PlaceList
from bot.normalise import fold
from bot.phrases import say
from bot.places import DISTRICTS_ENDED, Mention, Place, gazetteer, without
from bot.written import day

MOST_PLACES: Final = 6  # of one name; of more, the province has to be said
_WORD: Final = re.compile(r"[^\W_]+")
# What is said around a place by somebody who only asks whether it is on a list, or what it is now.
_AROUND: Final = frozenset(
    _WORD.findall("""
        a ad ai anh bai ban bao bay bi biet binh cac chi cho chuong co con cu cua dac dai dang danh dau day
        de den di dia dien doi doan dot du duoc em gi giai giam gio h ha hai hay hien ho hoi huong huyen k
        kho khan khong ko la lai loai luon may minh moi muc nam nao nay ngang nghe ngheo nha nhap nhe nhi
        noi o p phai phuong q qd quan quy quyet ra roi sach sao sap sau so t tai te ten tham thanh the theo
        thi thoat thuoc tinh tp tra tran trinh trong truoc tt tu tx uu van vao vay ven vung x xa xem xin 22
        30a 353 54 74 880 2021 2022 2025
    """)
)
_ASKS: Final = re.compile(  # in a folded text
    r"\b(?:huyen ngheo|bai ngang|22 huyen|74 huyen|54 xa|danh sach|dac biet kho khan|30a|353|880)\b"
    r"|\b(?:nay|gio|hien nay|bay gio|moi) (?:la|thuoc|goi|ten)\b|\bsap nhap\b|\bdoi (?:ten|thanh)\b"
    r"|\bnhap vao\b|\bco duoc (?:khong|ko|k|huong|ho tro)\b|\bthuoc dien\b"
    r"|\bla (?:xa|phuong|tinh|dac khu) (?:gi|nao)\b"
)


def province_of(text: str) -> str | None:
    """Return the province that a text names, or whose district or commune it names; None where unsure."""
    found = {place.province for mention in gazetteer().find(text) for place in mention.places}
    return found.pop() if len(found) == 1 else None


def about(exchange: Exchange, context: Context) -> Outcome | None:
    """Return what a question only about places is told; None where it asks for something else as well."""
    mentions = _find(exchange.raw, context.knowledge)
    if not mentions or not _is_only_about(exchange.raw, mentions):
        return None
    places = _meant(mentions)
    told = replace(exchange, verdict=Verdict.PLACE, entry=None, version=None)
    if len(places) > MOST_PLACES:
        which = say("place.which", name=f"{places[0].kind} {places[0].name}", count=len(places))
        return Outcome(Reply((Block(Style.TEXT, which),)), exchange=told)
    lists = [each for each in context.knowledge.places if any(_may_hold(each, place) for place in places)]
    blocks = [block for place in places for block in _card(place, lists)]
    if cautions := _cautions(lists, context.today):
        blocks.append(Block(Style.NOTE, "\n".join(cautions)))
    entries = dict.fromkeys(
        name for each in lists for name in each.entries if name in context.knowledge.entries
    )
    choices = tuple(
        actions.open_entry(name, context.knowledge.entries[name].question) for name in list(entries)[:4]
    )
    if choices:
        blocks.append(Block(Style.TEXT, say("answer.related")))
    return Outcome(
        Reply(tuple(blocks), choices=choices, buttons=((actions.ask_expert(exchange.id),),)),
        exchange=told,
        answered=exchange.id,
    )


def beside(entry: str, exchange: Exchange, context: Context) -> tuple[Block, ...]:
    """Return what an answer that depends on a list says of the places that the question names."""
    lists = [each for each in context.knowledge.places if entry in each.entries]
    if not lists:
        return ()
    blocks = []
    for place in _meant(_find(exchange.raw, context.knowledge))[:MOST_PLACES]:
        standing = [_standing(place, each) for each in lists if _may_hold(each, place)]
        if standing:
            blocks.append(Block(Style.NOTE, "\n".join([_title(place), *standing])))
    return (*blocks, *(Block(Style.NOTE, line) for line in _cautions(lists, context.today))) if blocks else ()


def _find(text: str, knowledge: Knowledge) -> tuple[Mention, ...]:
    listed = {place.partition(",")[0] for each in knowledge.places for place in each.places}
    return gazetteer().find(text, listed)


def _is_only_about(text: str, mentions: Sequence[Mention]) -> bool:
    rest = fold(without(text, mentions))
    return bool(_ASKS.search(rest)) and _AROUND.issuperset(_WORD.findall(rest))


def _meant(mentions: Sequence[Mention]) -> list[Place]:
    """Return the districts and communes that are named, or else the provinces."""
    places = dict.fromkeys(place for mention in mentions for place in mention.places)
    around = {", ".join(place.within[at:]) for place in places for at in range(len(place.within))}
    became = {(name, place.province) for place in places if place.is_past for name in place.now[:1]}
    smallest = [
        place
        for place in places
        if place.full not in around
        and (place.is_past or (f"{place.kind} {place.name}", place.province) not in became)
    ]
    return [place for place in smallest if place.within] or smallest


def _card(place: Place, lists: Sequence[PlaceList]) -> Iterator[Block]:
    yield Block(Style.TITLE, _title(place))
    standing = [_standing(place, each) for each in lists if _may_hold(each, place)]
    if standing:
        yield Block(Style.TEXT, "\n".join(standing))
    yield Block(Style.TEXT, _today(place))


def _title(place: Place) -> str:
    return place.full[0].upper() + place.full[1:]


def _may_hold(each: PlaceList, place: Place) -> bool:
    """Tell whether a list has units of a place's tier, or of what a unit of today was made of."""
    tier = each.places[0].count(",")
    return any(name.count(",") == tier for name in _before(place))


def _before(place: Place) -> tuple[str, ...]:
    """Return the names of the time before the merger under which a list may have a place."""
    if place.is_past:
        return (place.full, *([", ".join(place.within)] if len(place.within) > 1 else []))
    districts = dict.fromkeys(name.partition(", ")[2] for name in place.was)
    return (*place.was, *districts)


def _standing(place: Place, each: PlaceList) -> str:
    """Return whether a place is in a list, as far as the list as it stands here tells."""
    document = f"{each.at}, {each.document}" if each.at else each.document
    listed = [name for name in _before(place) if name in each.places]
    if not listed:
        if each.complete:
            return say("place.not_listed", title=each.title, document=document)
        return say("place.not_known", title=each.title, document=document)
    lines = []
    for name in listed:
        if name == place.full:
            lines.append(say("place.listed", title=each.title, document=document))
        else:
            lines.append(say("place.was_listed", title=each.title, document=document, name=name))
        lines += [_left(left) for left in each.left if left.place == name]
    return "\n".join(lines)


def _left(left: Left) -> str:
    if left.since:
        return say("place.left_since", document=left.document, day=day(left.since))
    return say("place.left", document=left.document)


def _cautions(lists: Sequence[PlaceList], today: date) -> list[str]:
    """Return what has to be known of lists before one relies on them, each once."""
    lines = [
        say("place.list_over", day=day(each.until)) for each in lists if each.until and each.until < today
    ]
    lines += [say("place.list_draft") for each in lists if each.status is DocumentStatus.DRAFT]
    return list(dict.fromkeys([*lines, *(each.note for each in lists if each.note)]))


def _today(place: Place) -> str:
    """Return what a unit is called since the merger."""
    province, since = place.province, day(DISTRICTS_ENDED)
    if not place.within:
        return say("place.province_now", day=since, province=province)
    if not place.is_past:
        return say("place.is_current", names="; ".join(place.was))
    if len(place.within) == 1:
        return say("place.district_now", day=since, names=", ".join(sorted(place.now)), province=province)
    return say("place.commune_now", day=since, names=", ".join(place.now), province=province)

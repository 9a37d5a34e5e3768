"""A regulation's own words: quoted as printed, with where its document stands today."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from bot.domain import Block, Button, Outcome, Reply, Style
from bot.handlers import actions, compose
from bot.handlers.context import Context
from bot.handlers.requests import OpenBasis, OpenClause
from bot.kb import Knowledge
from bot.kb.law import Law, Piece, slug, written
from bot.kb.validity import DocumentState, amended_by, document_state
from bot.normalise import Question
from bot.normalise.provisions import Provision, from_key, unnumbered
from bot.phrases import say
from bot.written import day, shorten

MOST = 1500  # characters of a quotation, but for a clause that cannot be divided
MOST_CHOICES = 8  # of parts that were left, or of clauses that an answer rests on
BEGINNING = 300  # characters of a clause that may be about a question
LONGEST_LABEL = 60  # characters of a clause's first words on a button


def open_clause(request: OpenClause, context: Context) -> Outcome:
    """Quote a part of a regulation."""
    laws = {slug(number): law for number, law in context.knowledge.law.items()}
    law, at = laws.get(request.document), from_key(request.key)
    piece = law.find(at) if law and at else None
    if law is None or piece is None:
        return Outcome(Reply((Block(Style.TEXT, say("law.gone")),)))
    return Outcome(quoted(law, piece, context.knowledge, context.today))


def open_basis(request: OpenBasis, context: Context) -> Outcome:
    """Quote what an entry rests on; of several parts of the law, ask which."""
    entry = context.knowledge.entries.get(request.entry)
    found = context.knowledge.clauses(entry.sources) if entry else ()
    if not found:
        return Outcome(Reply((Block(Style.TEXT, say("law.gone")),)))
    if len(found) == 1:
        return Outcome(quoted(*found[0], context.knowledge, context.today))
    choices = tuple(_choice(law, piece) for law, piece in found[:MOST_CHOICES])
    return Outcome(Reply((Block(Style.TEXT, say("law.which")),), choices=choices))


def quoted(law: Law, piece: Piece, knowledge: Knowledge, today: date, most: int = MOST) -> Reply:
    """Return a part of a regulation as people read it.

    Args:
        law: the regulation.
        piece: of it.
        knowledge: the base that holds both.
        today: in Vietnam.
        most: characters that are quoted; what is longer ends with a clause or point, and says what is left.
    """
    lines, left = _cut(piece, most)
    blocks = [
        Block(Style.TITLE, where(law, piece.at, knowledge)),
        *standing(law.document, knowledge, today),
        Block(Style.NOTE, _introduction(_under(law, piece))),
        Block(Style.QUOTE, "\n".join(lines)),
    ]
    if left:
        blocks.append(Block(Style.NOTE, say("law.left", parts=_listed(left))))
    source = say("law.source", source=law.source, day=day(law.taken))
    blocks.append(Block(Style.NOTE, f"{source} {law.note}".strip()))
    return Reply(tuple(blocks), choices=tuple(_choice(law, part) for part in left[:MOST_CHOICES]))


def perhaps(question: Question, context: Context) -> tuple[list[Block], tuple[Button, ...]]:
    """Return how the clauses begin that a question without an answer may be about, and what opens them."""
    clauses, knowledge = context.matcher.clauses, context.knowledge
    near = clauses.near(question) if clauses else ()
    if not near:
        return [], ()
    blocks, buttons = [Block(Style.WARNING, say("unanswered.clauses"))], []
    for number, at in near:
        law = knowledge.law[number]
        state = _state(number, knowledge, context.today).text
        blocks.append(Block(Style.SOURCE, f"{where(law, at, knowledge)}\n{state}"))
        blocks.append(Block(Style.QUOTE, _beginning(law.pieces[at].text)))
        buttons.append(_choice(law, law.pieces[at]))
    return blocks, tuple(buttons)


def _beginning(text: str) -> str:
    """Return a text's first words."""
    return text if len(text) <= BEGINNING else text[: BEGINNING - 1].rsplit(" ", 1)[0] + "…"


def where(law: Law, at: Provision, knowledge: Knowledge) -> str:
    """Return the name of a part of a regulation: Khoản 1 Điều 74, Thông tư 55/2023/TT-BTC."""
    name = written(at)
    title = compose.document_title(law.document, knowledge)
    return say("law.title", at=name[0].upper() + name[1:], document=title)


def standing(number: str, knowledge: Knowledge, today: date) -> Iterator[Block]:
    """Yield where a document stands today, what it still holds for after its end, and what amends it."""
    state = _state(number, knowledge, today)
    transitional = knowledge.documents[number].transitional if state.style is Style.WARNING else ""
    yield replace(state, text=f"{state.text} {transitional}".strip())
    if amending := amended_by(knowledge, number):
        yield Block(Style.WARNING, say("law.amended", numbers=", ".join(amending)))


def _state(number: str, knowledge: Knowledge, today: date) -> Block:
    document = knowledge.documents[number]
    title = compose.document_title(number, knowledge)
    newer = ", ".join(knowledge.replaced_by(number))
    match document_state(knowledge, number, today):
        case DocumentState.IN_FORCE:
            return Block(Style.NOTE, say("law.in_force", document=title, day=day(today)))
        case DocumentState.UNDATED:
            return Block(Style.NOTE, say("law.undated", document=title))
        case DocumentState.PENDING if document.effective:
            return Block(Style.WARNING, say("law.pending", document=title, day=day(document.effective)))
        case DocumentState.PENDING | DocumentState.UNISSUED:
            return Block(Style.WARNING, say("law.unissued", document=title, day=day(today)))
        case DocumentState.REPLACED:
            return Block(Style.WARNING, say("law.replaced", document=title, newer=newer))
        case DocumentState.ENDED:
            return Block(Style.WARNING, _ended(number, title, newer, knowledge))


def _ended(number: str, title: str, newer: str, knowledge: Knowledge) -> str:
    last = knowledge.ended(number)
    since = day(last + timedelta(days=1)) if last else ""
    if newer:
        return say("law.ended_replaced", document=title, day=since, newer=newer)
    return say("law.ended", document=title, day=since)


def _under(law: Law, piece: Piece) -> list[str]:
    """Return the titles that a part of a regulation stands under, the widest first."""
    article = law.pieces[Provision(piece.at.article)]
    titles = [" ".join(title.split("\n")) for title in article.under]
    return titles if piece is article else [*titles, article.words[0]]


def _introduction(titles: Sequence[str]) -> str:
    return say("law.quoted_from", where=" › ".join(titles)) if titles else say("law.quoted")


def _cut(piece: Piece, most: int) -> tuple[list[str], Sequence[Piece]]:
    """Return the lines that are shown of a piece, and its parts that are not."""
    lines = list(piece.words)
    for shown, part in enumerate(piece.parts):
        if sum(map(len, lines)) + len(part.text) > most:
            return lines, piece.parts[shown:]
        lines.append(part.text)
    return lines, ()


def _listed(parts: Sequence[Piece]) -> str:
    """Return the names of parts of one piece, which are clauses or points."""
    names = []
    for above, own in groupby(parts, key=lambda part: part.at.above):
        numbers = ", ".join(part.at.point or part.at.clause or "" for part in own)
        article, clause = (above.article, above.clause) if above else ("", None)
        is_points = clause is not None or numbers[:1].isalpha()
        names.append(
            written(Provision(article, clause, numbers) if is_points else Provision(article, numbers))
        )
    return "; ".join(names)


def _choice(law: Law, piece: Piece) -> Button:
    name = f"{written(piece.at)} {law.document}"
    words = shorten(unnumbered(piece.words[0]), LONGEST_LABEL)
    label = say("law.left_row", at=name[0].upper() + name[1:], words=words)
    return actions.open_clause(slug(law.document), piece.at.key, label)

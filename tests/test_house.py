"""The house keeps its shape: who may import whom, and what may be done in one room only.

Every rule is a function from a module to its offences. Each first proves that it read the whole house, and
then that it sees an offence planted for it.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

BOT = Path(__file__).parents[1] / "bot"
FEWEST_MODULES = 40

PURE = {
    "domain",
    "errors",
    "items",
    "commands",
    "grouping",
    "kb",
    "matching",
    "decide",
    "documents",
    "finding",
    "handlers",
    "phrases",
    "normalise",
    "places",
    "written",
}
CHANNEL = {
    "commands",
    "domain",
    "errors",
    "phrases",
    "channels.base",
    "channels.payloads",
    "channels.plain",
    "channels.wire",
}
PLATFORMS = {"channels.console", "channels.telegram", "channels.web", "channels.zalo", "channels.zalo_oa"}
SHELL = {
    "live", "intake", "answering", "sending", "reviewing", "gathering", "notices", "overview", "weekly",
    "news", "renewal", "telling", "desk", "lanes", "trial", "explaining", "sheets", "signing_in", "trying",
    "curating", "replaying", "proposing", "talks",
}  # fmt: skip
# A room is a module or a package of bot/; what is inside is its own business. `bot` is the bare package.
MAY_IMPORT = {
    "domain": set(),
    "clock": set(),
    "errors": set(),
    "phrases": set(),
    "normalise": set(),
    "places": {"normalise"},
    "logs": set(),
    "written": {"domain", "phrases"},
    "apart": set(),
    "lanes": set(),
    "channels": set(),
    "bot": set(),
    "commands": set(),
    "items": {"domain"},
    "grouping": {"normalise"},
    "config": {"domain", "errors", "phrases"},
    "kb": {"domain", "errors", "phrases", "normalise", "places"},
    "matching": {"domain", "kb", "normalise", "bot"},
    "decide": {"domain", "matching"},
    "finding": {"domain", "matching", "decide", "normalise", "places"},
    "documents": {"kb", "normalise", "phrases", "written"},
    "handlers": {
        "commands", "domain", "documents", "items", "kb", "matching", "decide", "finding", "phrases",
        "normalise",
        "places", "written",
    },
    "store": {"domain", "errors", "items"},
    "channels.base": {"domain"},
    "channels.wire": {"domain", "channels.base"},
    "channels.payloads": set(),
    "channels.plain": {"domain", "phrases"},
    **dict.fromkeys(sorted(PLATFORMS), CHANNEL),
    "live": {"apart", "domain", "errors", "kb", "matching"},
    "trial": {"decide", "domain", "live", "matching", "normalise", "written"},
    "replaying": {"matching", "normalise", "domain", "finding", "kb", "live"},
    "proposing": {"domain", "kb"},
    "curating": {"apart", "decide", "domain", "errors", "kb", "live", "matching", "normalise", "replaying"}
    | {"store", "trial"},
    "explaining": {"decide", "domain", "live", "matching", "normalise", "phrases", "written"},
    "intake": {"domain", "channels.base", "lanes", "store"},
    "sending": {"domain", "errors", "channels.base", "lanes", "logs", "notices", "store"},
    "sheets": {"kb"},
    "signing_in": {"domain", "store"},
    "vault": {"domain", "errors", "lanes", "store"},
    "trying": {"decide", "domain", "explaining", "finding", "handlers", "kb", "live", "matching", "phrases"},
    "telling": {"domain", "handlers", "channels.base", "channels.wire", "store"},
    "gathering": {"items", "grouping", "store"},
    "notices": {"domain", "kb", "phrases", "channels.base", "lanes", "store"},
    "overview": {"domain", "items", "kb", "store"},
    "news": {"channels.base", "domain", "handlers", "kb", "lanes", "phrases", "store", "telling", "written"},
    "weekly": PURE | {"channels.base", "lanes", "notices", "overview", "store"},
    "reviewing": PURE | {"channels.base", "lanes", "notices", "store", "telling"},
    "renewal": PURE | {"channels.base", "lanes", "live", "reviewing", "store", "telling"},
    "desk": PURE | {"gathering", "reviewing"},
    "talks": PURE | {"live", "store"},
    "answering": PURE | {"channels.base", "channels.wire", "desk", "lanes", "live", "reviewing", "store"}
    | {"talks"},
    "web": PURE - {"matching", "decide", "finding", "handlers"}
    | SHELL
    | {"store", "channels.base", "channels.wire", "channels.web"},
    "platforms": CHANNEL | PLATFORMS | {"clock", "config", "store", "vault"},
    "app": PURE | SHELL | CHANNEL
    | {"channels.web", "clock", "config", "logs", "platforms", "store", "web"},
    "cli": PURE | SHELL | CHANNEL
    | {"channels.console", "clock", "config", "logs", "platforms", "store", "app"},
    "__main__": {"cli"},
}  # fmt: skip

OWNERS = {
    "openpyxl": ("kb", "sheets"),
    "sqlalchemy": ("store",),
    "telegram": ("channels.telegram",),
    "telegramify_markdown": ("channels.telegram",),
}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
VIETNAMESE = frozenset("ạảãàáăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵ")
SPEAKS_VIETNAMESE = {
    "normalise",
    "places",
    "cli",
    "config",
}  # letters themselves, help texts, settings' descriptions


@dataclass(frozen=True)
class Module:
    """A source file of the house; `name` is dotted, without the leading `bot.`."""

    name: str
    tree: ast.Module

    @property
    def room(self) -> str:
        return room_of(self.name)


def room_of(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "channels" else parts[0]


@cache
def house() -> tuple[Module, ...]:
    found = []
    for path in sorted(BOT.rglob("*.py")):
        parts = path.relative_to(BOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "bot"
        found.append(Module(name, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def imported(module: Module) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything imported, `bot.` included."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"bot/{module.name}: write imports in full"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def imports_against_the_direction(module: Module) -> Iterator[str]:
    for line, name in imported(module):
        top, _, inner = name.partition(".")
        if top != "bot":
            continue
        room = room_of(inner) if inner else "bot"
        if room != module.room and room not in MAY_IMPORT[module.room]:
            yield f"{module.name}:{line} imports {name}"


def imports_a_library_of_another_room(module: Module) -> Iterator[str]:
    for line, name in imported(module):
        owners = OWNERS.get(name.partition(".")[0], (module.room,))
        if module.room not in owners:
            yield f"{module.name}:{line} imports {name}, which belongs to {' and '.join(owners)}"


def reads_the_environment(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv"):
            yield f"{module.name}:{node.lineno} {ast.unparse(node)}"
    yield from (
        f"{module.name}:{line} {name}"
        for line, name in imported(module)
        if name in ("os.environ", "os.environb", "os.getenv")
    )


def reads_the_clock(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and module.name != "clock":
            written = ast.unparse(node)
            if any(written == clock or written.endswith(f".{clock}") for clock in CLOCKS):
                yield f"{module.name}:{node.lineno} {written}"


def prints(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{module.name}:{node.lineno} print(…)"


def catches_everything(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            caught = "" if node.type is None else ast.unparse(node.type)
            broad = {"Exception", "BaseException"} & set(caught.strip("()").replace(",", " ").split())
            if not caught or (broad and module.name != "lanes"):
                yield f"{module.name}:{node.lineno} except {caught}"


def speaks_vietnamese(module: Module) -> Iterator[str]:
    if module.room in SPEAKS_VIETNAMESE:
        return
    idle = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(module.tree):
        spoken = node.value if isinstance(node, ast.Constant) and id(node) not in idle else None
        if isinstance(spoken, str) and VIETNAMESE.intersection(spoken.lower()):
            yield f"{module.name}:{node.lineno} {spoken[:40]!r}"


Rule = Callable[[Module], Iterator[str]]
PLANTED: list[tuple[Rule, str, str]] = [
    (imports_against_the_direction, "domain", "from bot.kb import load"),
    (imports_against_the_direction, "store.inbox", "from bot.handlers import respond"),
    (imports_against_the_direction, "channels.web", "from bot.channels import telegram"),
    (imports_against_the_direction, "channels.telegram.send", "import bot.channels.console"),
    (
        imports_against_the_direction,
        "channels.telegram.receive",
        "def f():\n    from bot.intake import Intake",
    ),
    (imports_against_the_direction, "web.chat", "from bot.clock import now"),
    (imports_against_the_direction, "app", "from bot import cli"),
    (imports_against_the_direction, "app", "from bot.cli.terminal import out"),
    (imports_against_the_direction, "kb.loader", "if TYPE_CHECKING:\n    from bot.matching import Match"),
    (imports_a_library_of_another_room, "answering", "from sqlalchemy.ext.asyncio import AsyncConnection"),
    (imports_a_library_of_another_room, "channels.web", "import telegram.error as e"),
    (imports_a_library_of_another_room, "cli.sheets", "from openpyxl import load_workbook"),
    (reads_the_environment, "config", "import os\nx = os.environ['X']"),
    (reads_the_environment, "cli", "from os import getenv"),
    (reads_the_clock, "answering", "now = datetime.now(UTC)"),
    (reads_the_clock, "handlers.context", "import datetime\ntoday = datetime.date.today()"),
    (reads_the_clock, "cli.asking", "started = time.time()"),
    (prints, "cli.kb", "print('x')"),
    (catches_everything, "sending", "try:\n    x()\nexcept Exception:\n    pass"),
    (catches_everything, "sending", "try:\n    x()\nexcept (OSError, BaseException) as e:\n    pass"),
    (catches_everything, "lanes", "try:\n    x()\nexcept:\n    pass"),
    (speaks_vietnamese, "handlers.command", "text = f'Xin chào {name}'"),
    (speaks_vietnamese, "web.pages", "def f():\n    'Doc.'\n    return ('Đã', 1)"),
]
RULES = list(dict.fromkeys(rule for rule, _, _ in PLANTED))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_of_the_house(rule: Rule) -> None:
    assert len(house()) > FEWEST_MODULES, f"nothing to read in {BOT}"
    assert [offence for module in house() for offence in rule(module)] == []


@pytest.mark.parametrize(("rule", "name", "source"), PLANTED)
def test_a_planted_offence_is_seen(rule: Rule, name: str, source: str) -> None:
    assert len(list(rule(Module(name, ast.parse(source))))) == 1


def test_every_room_has_its_row_and_every_row_a_room() -> None:
    assert {module.room for module in house()} == set(MAY_IMPORT)


def test_docstrings_and_comments_may_quote_vietnamese() -> None:
    quoted = Module("domain", ast.parse('"""Mã nha-o."""\nx = 1  # bản 3fa2\ndef f():\n    "Đã."\n'))
    assert list(speaks_vietnamese(quoted)) == []

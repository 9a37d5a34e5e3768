"""Settings: read from the environment and `.env`, refused all at once, and never telling a secret."""

import stat
import threading
from pathlib import Path

import pytest

from bot.config import PREFIX, Settings, read_settings
from bot.errors import ConfigError

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRETS = {
    "TELEGRAM_TOKEN": TOKEN,
    "PSEUDONYM_KEY": "a-very-secret-key",
    "DATABASE_URL": "postgresql+asyncpg://bot:a-secret-word@db/hoidap",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where no `.env` lies about


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def _given(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"{PREFIX}{name}", value)
        return read_settings()

    return _given


def test_nothing_has_to_be_set(given) -> None:  # type: ignore[no-untyped-def]
    settings = given()
    assert settings.telegram_token is None and settings.admins == ()
    assert settings.database == "sqlite+aiosqlite:///var/hoidap.db"
    assert settings.host == "127.0.0.1", "open to this machine alone unless said otherwise"


def test_an_empty_variable_is_as_good_as_none(given) -> None:  # type: ignore[no-untyped-def]
    assert given(PORT="", TELEGRAM_TOKEN="", ADMINS="", DATABASE_URL="") == Settings()


def test_values_come_from_the_environment(given) -> None:  # type: ignore[no-untyped-def]
    settings = given(PORT="9000", VAR="/data", ADMINS="telegram:1, telegram:2 ,", LOG_FORMAT="json")
    assert settings.port == 9000
    assert settings.admins == ("telegram:1", "telegram:2")
    assert settings.database == "sqlite+aiosqlite:////data/hoidap.db"


def test_a_file_gives_what_the_environment_does_not(given, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lines = ["HOIDAP_PORT=9001", "HOIDAP_ADMINS='telegram:7'", f"HOIDAP_TELEGRAM_TOKEN={TOKEN}", "OTHER=1"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    settings = given(PORT="9002")
    assert (settings.port, settings.admins) == (9002, ("telegram:7",))
    assert settings.telegram_token and settings.telegram_token.get_secret_value() == TOKEN


def test_every_wrong_setting_is_named_at_once_and_none_is_shown(given) -> None:  # type: ignore[no-untyped-def]
    wrong = {
        "PORT": "99999999",
        "WORKERS": "nhieu-lam",
        "MAX_WRONG_ANSWERS": "7.5",
        "QUESTIONS_PER_MINUTE": "-3",
        "LOG_FORMAT": "giay-viet-tay",
        "LOG_LEVEL": "nhieu-chuyen",
        "SECURE_COOKIES": "co-le",
    }
    with pytest.raises(ConfigError) as refused:
        given(**wrong)
    message = str(refused.value)
    assert [line.partition(":")[0] for line in sorted(message.splitlines())] == sorted(
        f"{PREFIX}{name}" for name in wrong
    )
    assert not [value for value in wrong.values() if value in message]
    assert refused.value.__cause__ is None and refused.value.__suppress_context__, "a traceback would show it"


@pytest.mark.parametrize("admins", ["123456789", "telegram:", "telegram: 1", "Telegram:1", "telegram:1,boss"])
def test_an_admin_is_a_channel_and_an_id(given, admins: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=r"HOIDAP_ADMINS.*telegram:123456789"):
        given(ADMINS=admins)


@pytest.mark.parametrize("show", [repr, str, lambda settings: repr([settings]), lambda s: f"{s!r}{s}"])
def test_secrets_do_not_show(given, show) -> None:  # type: ignore[no-untyped-def]
    shown = show(given(**SECRETS))
    assert not [secret for secret in (TOKEN, "a-very-secret-key", "a-secret-word") if secret in shown]


def test_settings_do_not_change(given) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="frozen"):
        given().port = 1


# --- the key of the pseudonyms ---------------------------------------------------------------------


def test_a_given_key_is_used(given) -> None:  # type: ignore[no-untyped-def]
    assert given(PSEUDONYM_KEY="chung").asker_key() == b"chung"


def test_without_one_a_key_is_made_once_for_its_owner_alone(given, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    key = given(VAR="var/deep").asker_key()
    assert len(key) >= 32
    assert given(VAR="var/deep").asker_key() == key
    [path] = (tmp_path / "var/deep").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert given(VAR="elsewhere").asker_key() != key


def test_processes_that_start_together_agree_on_one_key(given, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings, keys = given(), []
    threads = [threading.Thread(target=lambda: keys.append(settings.asker_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["pseudonym.key"]

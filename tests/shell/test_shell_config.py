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
    "ZALO_TOKEN": "987654:abc-def_ghi",
    "ZALO_OA_APP": "4455",
    "ZALO_OA_APP_SECRET": "an-app-secret",
    "ZALO_OA_SECRET": "an-account-secret",
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


WRONG = {
    "PORT": ("99999999", "số nguyên, từ 1 trở lên, không quá 65535"),
    "WORKERS": ("nhieu-lam", "số nguyên, từ 1 trở lên, không quá 64"),
    "MAX_WRONG_ANSWERS": ("7.5", "số như 0.02, lớn hơn 0, nhỏ hơn 1"),
    "QUESTIONS_PER_MINUTE": ("-3", "số nguyên, từ 1 trở lên"),
    "LOG_FORMAT": ("giay-viet-tay", "một trong: text, json"),
    "LOG_LEVEL": ("nhieu-chuyen", "một trong: DEBUG, INFO, WARNING, ERROR"),
    "SECURE_COOKIES": ("co-le", "true (có) hoặc false (không)"),
}


def test_every_wrong_setting_is_told_at_once_with_what_was_found_and_what_to_write(given) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as refused:
        given(**{name: value for name, (value, _) in WRONG.items()})
    assert sorted(str(refused.value).splitlines()) == sorted(
        f"{PREFIX}{name}: gặp “{value}”. Viết {cure}." for name, (value, cure) in WRONG.items()
    )
    assert refused.value.__cause__ is None and refused.value.__suppress_context__, (
        "a traceback would say more"
    )


@pytest.mark.parametrize("wrong", ["x", "99999999", "1.5", "nan", "", " ", "\n" * 9, "x" * 9999, "\udcff"])
@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_no_value_at_all_ends_in_words_of_a_library(given, name: str, wrong: str) -> None:  # type: ignore[no-untyped-def]
    try:
        given(**{name: wrong})
    except ConfigError as error:
        if "Official Account còn thiếu" in str(error):
            assert name.startswith("ZALO_OA_") and wrong not in str(error).split()
            return
        assert name not in SECRETS, "it would be shown"
        [line] = str(error).splitlines()
        assert line.startswith(f"{PREFIX}{name}: gặp “") and "”. Viết " in line
        assert len(line) < 200


@pytest.mark.parametrize("mode", ["TELEGRAM_MODE", "ZALO_MODE"])
def test_a_platform_that_is_to_post_to_us_needs_an_address_that_it_reaches(given, mode: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=rf"{PREFIX}{mode}=webhook: .*HTTPS.*{PREFIX}SITE"):
        given(**{mode: "webhook", "SITE": "http://hoidap.vn"})
    assert given(**{mode: "webhook", "SITE": "https://hoidap.vn"}).address == "https://hoidap.vn"


def test_an_official_account_needs_all_of_its_keys(given) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as refused:
        given(ZALO_OA_APP="1", ZALO_OA_SECRET="geheim")
    assert f"còn thiếu {PREFIX}ZALO_OA_APP_SECRET." in str(refused.value)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("admin", ["123456789", "telegram:", "Telegram:1", "boss", "telegram:1 2"])
def test_an_admin_is_a_channel_and_an_id(given, admin: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as refused:
        given(ADMINS=f"telegram:7,{admin},telegram:8")
    cure = "Viết kênh:mã, cách nhau dấu phẩy, như telegram:123456789."
    assert str(refused.value) == f"HOIDAP_ADMINS: gặp “{admin}”. {cure}"


# --- who reviews ----------------------------------------------------------------------------------


def test_reviewers_have_names_and_an_admin_may_have_one_too(given) -> None:  # type: ignore[no-untyped-def]
    settings = given(
        ADMINS="telegram:1,telegram:2",
        REVIEWERS="telegram:3=Nguyễn Thị Lan, telegram:2 = Trần Văn Hải,console:lan",
    )
    assert {(one.person, one.name, one.role.value) for one in settings.reviewing.values()} == {
        ("telegram:1", "telegram:1", "admin"),
        ("telegram:2", "Trần Văn Hải", "admin"),
        ("telegram:3", "Nguyễn Thị Lan", "expert"),
        ("console:lan", "console:lan", "expert"),
    }


@pytest.mark.parametrize(
    "reviewer", ["Nguyễn Thị Lan", "telegram:", "=Lan", "telegram=Lan", "telegram:1 2=x"]
)
def test_a_reviewer_is_a_channel_an_id_and_a_name(given, reviewer: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match="HOIDAP_REVIEWERS: gặp “"):
        given(REVIEWERS=f"telegram:7=Lan,{reviewer}")


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "http://127.0.0.1:80"),
        ({"HOST": "::1"}, "http://[::1]:8080"),
        ({"HOST": "10.0.0.5"}, "http://10.0.0.5:8080"),
        ({"SITE": "https://hoidap.vn/"}, "https://hoidap.vn"),
    ],
)
def test_links_lead_where_people_open_the_site(given, values: dict[str, str], address: str) -> None:  # type: ignore[no-untyped-def]
    assert given(**values).address == address


@pytest.mark.parametrize("url", ["hoidap.vn", "https://hoidap.vn/console", "javascript:alert(1)", "https://"])
def test_an_address_is_a_site_without_a_path(given, url: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match="HOIDAP_SITE"):
        given(SITE=url)


# --- names that nobody knows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("PROT", "PORT"),
        ("ADMIN", "ADMINS"),
        ("TELEGRAM", "TELEGRAM_URL"),
        ("DB_URL", "DATABASE_URL"),
        ("QUESTION_PER_MINUTE", "QUESTIONS_PER_MINUTE"),
    ],
)
def test_a_mistyped_name_is_refused_and_the_nearest_known_one_is_named(given, name: str, near: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as refused:
        given(**{name: "a-very-secret-key"})
    message = str(refused.value)
    assert message == f"{PREFIX}{name}: không có biến này. Có phải ý là {PREFIX}{near}?"


def test_a_name_like_none_of_ours_is_refused_with_where_to_look(given) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError, match=r"HOIDAP_XYZZY: không có biến này\..*hoidap settings"):
        given(XYZZY="1")


def test_a_mistyped_name_in_the_file_is_refused_too_together_with_wrong_values(given, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / ".env").write_text("HOIDAP_PROT=1\nPORT=x\nOTHER=1\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        given(WORKERS="x")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "HOIDAP_PROT",
        "HOIDAP_WORKERS",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVICE_HOST", "10.0.0.7"),
        ("SERVICE_PORT_HTTP", "8080"),
        ("WEB_SERVICE_PORT", "8080"),
        ("PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("WEB_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
        ("WEB_PORT", "tcp://10.0.0.7:8080"),
    ],
)
def test_what_kubernetes_sets_for_a_service_of_our_name_is_let_be(given, name: str, value: str) -> None:  # type: ignore[no-untyped-def]
    assert given(**{name: value}) == Settings()


# --- secrets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("show", [repr, str, lambda settings: repr([settings]), lambda s: f"{s!r}{s}"])
def test_secrets_do_not_show(given, show) -> None:  # type: ignore[no-untyped-def]
    shown = show(given(**SECRETS))
    told = (TOKEN, "abc-def_ghi", "an-app-secret", "an-account-secret", "a-very-secret-key", "a-secret-word")
    assert not [secret for secret in told if secret in shown]


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

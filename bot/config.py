"""Settings: read once at the start, from the environment and `.env`, then handed down."""

import contextlib
import difflib
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from bot.domain import Reviewer, Role, Wishes
from bot.errors import ConfigError
from bot.phrases import say

PREFIX = "HOIDAP_"
NEAR = 0.5  # share of letters in common from which another name may have been meant
MOST_SHOWN = 40  # characters of a wrong value
# What Kubernetes sets in every container beside a service called hoidap or hoidap-something.
_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)")
_SERVICE_URL = re.compile(r"(tcp|udp|sctp)://")
Admin = Annotated[str, StringConstraints(pattern=r"^[a-z_]+:\S+$")]
Named = Annotated[str, StringConstraints(pattern=r"^[a-z_]+:[^\s=]+( *=.{0,100})?$")]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/?#]+/?)?$")]
TELEGRAM = "https://api.telegram.org"
ZALO = "https://bot-api.zaloplatforms.com"
ANY_HOST = ("0.0.0.0", "::", "")  # noqa: S104  where a server may listen, and nobody can go


class Settings(BaseSettings):
    """Everything an operator may turn; each field is the variable `HOIDAP_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    knowledge: Path = Field(Path("knowledge"), description="Thư mục tri thức (YAML)")
    var: Path = Field(Path("var"), description="Thư mục dữ liệu của bot (SQLite, khóa bí mật)")
    database_url: SecretStr | None = Field(
        None, description="Để trống: SQLite trong `var/`; hoặc `postgresql+asyncpg://…`"
    )
    host: str = Field("127.0.0.1", description="Địa chỉ mà trang web lắng nghe")
    port: int = Field(8080, ge=1, le=65535, description="Cổng của trang web")
    secure_cookies: bool = Field(False, description="`true` khi trang chạy sau HTTPS")
    telegram_token: SecretStr | None = Field(None, description="Token của bot Telegram; trống: kênh tắt")
    telegram_url: str = Field(TELEGRAM, description="Máy chủ Bot API (đổi khi dùng máy chủ riêng)")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling",
        description="`polling`: bot tự hỏi Telegram; `webhook`: Telegram gửi tới `HOIDAP_SITE`, cần HTTPS",
    )
    telegram_per_second: float = Field(
        30, gt=0, description="Bot gửi Telegram tối đa bấy nhiêu tin mỗi giây cho mọi người cộng lại"
    )
    zalo_token: SecretStr | None = Field(
        None, description="Token của bot Zalo (Zalo Bot Platform); trống: kênh tắt"
    )
    zalo_url: str = Field(ZALO, description="Máy chủ Zalo Bot Platform")
    zalo_mode: Literal["polling", "webhook"] = Field(
        "polling", description="`polling`: bot tự hỏi Zalo; `webhook`: Zalo gửi tới `HOIDAP_SITE`, cần HTTPS"
    )
    zalo_oa_app: str = Field("", description="Mã ứng dụng của Zalo Official Account; trống: kênh tắt")
    zalo_oa_app_secret: SecretStr | None = Field(None, description="Khóa bí mật của ứng dụng, để lấy token")
    zalo_oa_secret: SecretStr | None = Field(
        None, description="Khóa bí mật OA, để biết webhook `/hook/zalo_oa` đúng là của Zalo"
    )
    zalo_oa_url: str = Field("https://openapi.zalo.me", description="Máy chủ OpenAPI của Official Account")
    zalo_oa_login_url: str = Field("https://oauth.zaloapp.com", description="Máy chủ cấp token của OA")
    admins: Annotated[tuple[Admin, ...], NoDecode] = Field(
        (), description="Người xem câu chưa trả lời, cách nhau dấu phẩy: `telegram:123456789`"
    )
    reviewers: Annotated[tuple[Named, ...], NoDecode] = Field(
        (),
        description="Chuyên gia vào được trang duyệt, cách nhau phẩy: `telegram:123456789=Nguyễn Thị Lan`",
    )
    site: Address = Field(
        "", description="Địa chỉ mọi người mở trang web, như `https://hoidap.vn`; trống: theo máy và cổng"
    )
    pseudonym_key: SecretStr | None = Field(
        None,
        description="Khóa mã hóa danh tính người hỏi; trống: tự tạo trong `var/`; nhiều máy thì đặt chung",
    )
    questions_per_minute: int = Field(
        12,
        ge=1,
        description="Một cuộc trò chuyện được trả lời tối đa bấy nhiêu tin mỗi phút; phần dư chờ lượt",
    )
    taken_hours: float = Field(
        8,
        gt=0,
        description="Câu đã có chuyên gia nhận mà sau bấy nhiêu giờ chưa xong thì tự trả lại hàng chờ",
    )
    review_mode: Literal["direct", "propose"] = Field(
        "direct",
        description="`direct`: trang duyệt ghi thẳng vào kho; `propose`: mỗi việc là một nhánh git chờ gộp",
    )
    recall_days: int = Field(
        30,
        ge=0,
        description="Câu trả lời đổi hay bị rút: báo ai đã nhận trong bấy nhiêu ngày qua; 0 là không báo",
    )
    weekly_hour: int = Field(
        8,
        ge=0,
        le=23,
        description="Giờ sáng thứ Hai (giờ Việt Nam) gửi quản trị tin tổng kết tuần; 0 là không gửi",
    )
    news_hour: int = Field(
        8,
        ge=0,
        le=23,
        description="Giờ Việt Nam gửi tin mới cho người theo dõi chủ đề, mỗi ngày nhiều nhất một tin",
    )
    workers: int = Field(
        4, ge=1, le=64, description="Số luồng gửi song song; nền tảng nào chậm chỉ giữ một luồng"
    )
    max_wrong_answers: float = Field(
        0.02, gt=0, lt=1, description="Tỷ lệ trả lời sai chấp nhận được; ngưỡng tự suy ra từ kho"
    )
    max_suggestions: float = Field(
        0.4, ge=0, lt=1, description="Trong các câu kho chưa có, tỷ lệ được đưa gợi ý chấp nhận được"
    )
    log_format: Literal["text", "json"] = Field("text", description="Dạng nhật ký: `text` hoặc `json`")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Mức nhật ký")

    @field_validator("admins", "reviewers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def database(self) -> str:
        """The database's URL, SQLite under `var/` unless another is given."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.var / 'hoidap.db'}"

    @property
    def address(self) -> str:
        """Where people open the site, without a slash at the end."""
        host = "127.0.0.1" if self.host in ANY_HOST else f"[{self.host}]" if ":" in self.host else self.host
        return self.site.rstrip("/") or f"http://{host}:{self.port}"

    @property
    def reviewing(self) -> Mapping[str, Reviewer]:
        """Everybody who may sign in to the review console, by person; an admin may be named among experts."""
        named = {
            person.strip(): name.strip() or person.strip()
            for person, _, name in (each.partition("=") for each in self.reviewers)
        }
        names = {**{admin: admin for admin in self.admins}, **named}
        return {
            person: Reviewer(person, name, Role.ADMIN if person in self.admins else Role.EXPERT)
            for person, name in names.items()
        }

    @property
    def wishes(self) -> Wishes:
        """What the matcher's thresholds have to keep."""
        return Wishes(self.max_wrong_answers, self.max_suggestions)

    @property
    def taken_for(self) -> timedelta:
        """How long an item stays with whoever took it."""
        return timedelta(hours=self.taken_hours)

    @property
    def proposes(self) -> bool:
        """Whether what experts write goes to branches of git."""
        return self.review_mode == "propose"

    @property
    def recall_for(self) -> timedelta:
        """How long after an answer its change is still told."""
        return timedelta(days=self.recall_days)

    @property
    def cache(self) -> Path:
        """Where built matchers are kept for the next start."""
        return self.var / "cache"

    def asker_key(self) -> bytes:
        """Return the secret that makes pseudonyms of platform ids; made once, readable by its owner only."""
        if self.pseudonym_key:
            return self.pseudonym_key.get_secret_value().encode()
        path = self.var / "pseudonym.key"
        if not path.exists():
            self.var.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{secrets.token_hex(4)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32), encoding="ascii")
            with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
                path.hardlink_to(draft)
            draft.unlink()
        return path.read_text(encoding="ascii").strip().encode()


def read_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigError: a value is wrong, or a name unknown; all of them are told at once.
    """
    unknown = list(_unknown())
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = [_wrong(str(each["loc"][0]), each["input"]) for each in error.errors()]
        raise ConfigError("\n".join([*unknown, *wrong])) from None
    if wrong := [*unknown, *_at_odds(settings)]:
        raise ConfigError("\n".join(wrong))
    return settings


def _at_odds(settings: Settings) -> Iterator[str]:
    """Tell which settings do not go together."""
    for name, url, theirs in (
        ("telegram", settings.telegram_url, TELEGRAM),
        ("zalo", settings.zalo_url, ZALO),
    ):
        needed = "https://" if url == theirs else "http"
        if getattr(settings, f"{name}_mode") == "webhook" and not settings.site.startswith(needed):
            yield say("config.webhook", name=f"{PREFIX}{name.upper()}_MODE")
    keys = ("zalo_oa_app", "zalo_oa_app_secret", "zalo_oa_secret")
    missing = [f"{PREFIX}{name.upper()}" for name in keys if not getattr(settings, name)]
    if 0 < len(missing) < len(keys):
        yield say("config.zalo_oa", missing=", ".join(missing))


def _unknown() -> Iterator[str]:
    known = [name.upper() for name in Settings.model_fields]
    for full, value in sorted(_given().items()):
        name = full.upper().removeprefix(PREFIX)
        if name == full.upper() or name in known or _is_service_link(full.upper(), value):
            continue
        if near := difflib.get_close_matches(name, known, 1, NEAR):
            yield say("config.unknown_near", name=f"{PREFIX}{name}", near=f"{PREFIX}{near[0]}")
        else:
            yield say("config.unknown", name=f"{PREFIX}{name}")


def _given() -> Mapping[str, str | None]:
    return {**DotEnvSettingsSource(Settings).env_vars, **EnvSettingsSource(Settings).env_vars}


def _is_service_link(name: str, value: str | None) -> bool:
    return bool(_SERVICE_LINK.search(name) or (value and _SERVICE_URL.match(value)))


def _wrong(name: str, found: object) -> str:
    shown = " ".join(str(found).split())[:MOST_SHOWN]
    expected = _expected(name, Settings.model_fields[name].annotation)
    return say("config.wrong", name=f"{PREFIX}{name.upper()}", found=shown, expected=expected)


def _expected(name: str, kind: Any) -> str:
    match name:
        case "admins":
            return say("config.admins")
        case "reviewers":
            return say("config.reviewers")
        case "site":
            return say("config.site")
    if get_origin(kind) is Literal:
        return say("config.choices", choices=", ".join(get_args(kind)))
    if kind is bool:
        return say("config.yes_or_no")
    if kind is int:
        return ", ".join([say("config.whole"), *_limits(name)])
    return ", ".join([say("config.fraction"), *_limits(name)])


def _limits(name: str) -> Iterator[str]:
    for limit in Settings.model_fields[name].metadata:
        match limit:
            case Ge(ge=least):
                yield say("config.least", limit=least)
            case Le(le=most):
                yield say("config.most", limit=most)
            case Gt(gt=below):
                yield say("config.above", limit=below)
            case Lt(lt=above):
                yield say("config.below", limit=above)


def settings_table() -> str:
    """Return every setting as a Markdown table: variable, default, what it is for."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| Biến | Mặc định | Ý nghĩa |", "|---|---|---|", *rows]) + "\n"


def _default(value: object) -> str:
    if value in (None, "", ()):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"

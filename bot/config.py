"""Settings: read once at the start, from the environment and `.env`, then handed down."""

import contextlib
import re
import secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError

PREFIX = "HOIDAP_"


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
    telegram_url: str = Field(
        "https://api.telegram.org", description="Máy chủ Bot API (đổi khi dùng máy chủ riêng)"
    )
    admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Người xem câu chưa trả lời, cách nhau dấu phẩy: `telegram:123456789`"
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
    workers: int = Field(4, ge=1, le=64, description="Số luồng trả lời và gửi song song")
    max_wrong_answers: float = Field(
        0.02, gt=0, lt=1, description="Tỷ lệ trả lời sai chấp nhận được; ngưỡng tự suy ra từ kho"
    )
    log_format: Literal["text", "json"] = Field("text", description="Dạng nhật ký: `text` hoặc `json`")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Mức nhật ký")

    @field_validator("admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("admins")
    @classmethod
    def _admin_names_a_channel(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [admin for admin in value if not re.fullmatch(r"[a-z]+:\S+", admin)]:
            raise ValueError(f"write channel:id, for example telegram:123456789, not {', '.join(wrong)}")
        return value

    @property
    def database(self) -> str:
        """The database's URL, SQLite under `var/` unless another is given."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.var / 'hoidap.db'}"

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
        ConfigError: a value is wrong; all of them are named, none is shown.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [f"{PREFIX}{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise ConfigError("\n".join(wrong)) from None


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

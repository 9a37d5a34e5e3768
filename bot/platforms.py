"""Which platforms the bot can be on: a channel is a module in `bot/channels/` and a row here.

How to add one: `docs/channels.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from bot.channels.base import Channel, Remote
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.zalo import ZaloChannel
from bot.channels.zalo_oa import Keys, ZaloOAChannel
from bot.clock import now
from bot.config import Settings
from bot.store import Database
from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class Platform:
    """How a channel comes to be: whether it is set up, and how to make it (it need not be, to render)."""

    is_on: Callable[[Settings], object]
    make: Callable[[Settings, Database], Remote]


def _telegram(settings: Settings, _database: Database) -> TelegramChannel:
    prefix = f"{TelegramChannel.name}:"
    people = [each.removeprefix(prefix) for each in settings.reviewing if each.startswith(prefix)]
    site = _site(settings, settings.telegram_mode)
    token = _shown(settings.telegram_token) or "0:none"
    return TelegramChannel(token, settings.telegram_url, people, site, settings.telegram_per_second)


def _zalo(settings: Settings, _database: Database) -> ZaloChannel:
    return ZaloChannel(_shown(settings.zalo_token), settings.zalo_url, _site(settings, settings.zalo_mode))


def zalo_oa(settings: Settings, database: Database) -> ZaloOAChannel:
    """Return the channel of the Official Account."""
    secrets = map(_shown, (settings.zalo_oa_app_secret, settings.zalo_oa_secret))
    vault = Vault(database, ZaloOAChannel.name, now)
    return ZaloOAChannel(
        Keys(settings.zalo_oa_app, *secrets), settings.zalo_oa_url, settings.zalo_oa_login_url, vault
    )


PLATFORMS = (
    Platform(lambda settings: settings.telegram_token, _telegram),
    Platform(lambda settings: settings.zalo_token, _zalo),
    Platform(lambda settings: settings.zalo_oa_app, zalo_oa),
)


def remotes(settings: Settings, database: Database) -> list[Remote]:
    """Return the channels that are set up."""
    return [platform.make(settings, database) for platform in PLATFORMS if platform.is_on(settings)]


def offline_channels(settings: Settings, database: Database) -> dict[str, Channel]:
    """Return every channel, to render with: nothing is started, and without a token nothing can be sent."""
    elsewhere = (platform.make(settings, database) for platform in PLATFORMS)
    channels: list[Channel] = [ConsoleChannel(), WebChannel(), *elsewhere]
    return {channel.name: channel for channel in channels}


def _site(settings: Settings, mode: str) -> str | None:
    return settings.address if mode == "webhook" else None


def _shown(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""

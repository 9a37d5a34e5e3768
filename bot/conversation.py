"""A conversation in the terminal: the same inbox, answering and outbox as every channel, one line at a time."""

import getpass
import secrets

from rich.console import Console

from bot.app import App
from bot.channels.console import show
from bot.domain import Envelope
from bot.lanes import run_until_empty
from bot.store import chats

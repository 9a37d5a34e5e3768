"""Hỏi Đáp Giảm Nghèo: experts' answers, with their legal basis, to officers who ask in chat."""

from importlib.metadata import version

__version__ = version("hoidap")

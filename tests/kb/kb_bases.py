"""A base that owes nothing, and one change to it at a time."""

from collections.abc import Mapping


def entry(key: str = "muc-a", **fields: str) -> str:
    """Return an entry to which nothing can be objected, with these fields instead of or beside its own."""
    whole = {
        "topic": "nha-o",
        "question": f"Mục {key[-1].upper()} gì?",
        "variants": "[" + ", ".join(f"{key} {number}" for number in range(10)) + "]",
        "answer": "Theo quyết định của tỉnh.",
        "sources": "[{document: 55/2023/TT-BTC}]",
        "status": "checked",
        "updated": "2026-11-23",
        "evidence": "đã đọc",
        "tests": f"[{key} a, {key} b, {key} c]",
        **fields,
    }
    return f"- id: {key}\n" + "".join(f"  {name}: {value}\n" for name, value in whole.items())


def base(*entries: str, **files: str) -> Mapping[str, str]:
    """Return the files of a base; `documents="…"` stands for documents.yaml."""
    shared = {
        "topics": "- {id: nha-o, title: Nhà ở}\n",
        "documents": "55/2023/TT-BTC: {title: Kinh phí, issued: 2023-08-15}\n",
        **files,
    }
    return {"a.yaml": "".join(entries), **{f"{name}.yaml": text for name, text in shared.items()}}

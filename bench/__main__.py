"""Print one table: quality and speed of each method on a base. `make bench`, or `python -m bench --help`."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.metrics import roc_auc_score

from bench.bases import Task, clinc150, shipped
from bench.methods import METHODS, Method

FALSE_ANSWERS = 0.02  # share of strangers that a threshold may let through


def main() -> None:
    """Measure every method on every task asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--knowledge", type=Path, default=Path("knowledge"), help="a base with `tests`")
    parser.add_argument("--clinc", type=Path, help="the JSON of CLINC150, to measure on that too")
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    tasks = [shipped(options.knowledge)]
    if options.clinc:
        tasks += [clinc150(options.clinc, every=10), clinc150(options.clinc)]
    console = Console()
    figures = []
    for task in tasks:
        rows = [measure(task, name) for name in options.methods]
        figures += rows
        console.print(table(task, rows))
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def measure(task: Task, name: str) -> dict[str, object]:
    """Return the figures of a method on a task; times are of one core, in this very run."""
    started = time.perf_counter()
    method = METHODS[name](task.knowledge)
    built = time.perf_counter() - started
    right, top3, confidence, took = _ask(method, task.questions, name)
    row: dict[str, object] = {
        "task": task.name,
        "method": name,
        "top1": float(right.mean()),
        "top3": float(top3.mean()),
        "ms_mean": float(took.mean() * 1000),
        "ms_p99": float(np.quantile(took, 0.99) * 1000),
        "build_s": built,
    }
    for kind, texts in task.strangers.items():
        _, _, strange, _ = _ask(method, [(text, "") for text in texts], f"{name}, {kind}")
        truth = np.r_[np.ones(len(confidence)), np.zeros(len(strange))]
        threshold = np.quantile(strange, 1 - FALSE_ANSWERS)
        row[f"auroc_{kind}"] = float(roc_auc_score(truth, np.r_[confidence, strange]))
        row[f"correct_{kind}"] = float(((confidence > threshold) & right).mean())
    return row


def _ask(
    method: Method, questions: Sequence[tuple[str, str]], name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    right, top3, confidence, took = [], [], [], []
    for text, entry in track(questions, name, console=Console(file=sys.stderr), transient=True):
        started = time.perf_counter()
        found = method(text)
        took.append(time.perf_counter() - started)
        ids = [candidate.entry for candidate in found]
        right.append(ids[:1] == [entry])
        top3.append(entry in ids[:3])
        confidence.append(found[0].confidence if found else 0.0)
    return np.array(right), np.array(top3), np.array(confidence), np.array(took)


def table(task: Task, rows: Sequence[dict[str, object]]) -> Table:
    """Return the figures of a task as a table."""
    kinds = list(task.strangers)
    heads = [
        "top-1",
        "top-3",
        *(f"AUROC {kind}" for kind in kinds),
        *(f"right at 2 %, {kind}" for kind in kinds),
    ]
    shown = Table("method", *heads, "ms", "p99 ms", "build s", title=task.name)
    for row in rows:
        shares = [row["top1"], row["top3"]]
        aurocs = [f"{row[f'auroc_{kind}']:.3f}" for kind in kinds]
        correct = [row[f"correct_{kind}"] for kind in kinds]
        shown.add_row(
            str(row["method"]),
            *(f"{share:.1%}" for share in shares),
            *aurocs,
            *(f"{share:.1%}" for share in correct),
            f"{row['ms_mean']:.2f}",
            f"{row['ms_p99']:.2f}",
            f"{row['build_s']:.1f}",
        )
    return shown


if __name__ == "__main__":
    main()

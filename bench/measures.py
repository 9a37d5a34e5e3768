"""What comes of asking a method a task: figures, and the curve of accuracy against coverage."""

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from bench.bases import Task
from bench.figures import Figures
from bench.methods import METHODS, OURS, Method
from bench.noise import KINDS

FALSE_ANSWERS = 0.02  # share of strangers that a threshold may let through
BINS = 10  # of equal width, for the calibration error

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of some questions; the arrays stand side by side."""

    right: Flags  # the right entry came first
    top3: Flags  # it was among the first three
    confidence: Floats  # of the best candidate, in the method's own scale; 0 without one
    seconds: Floats


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a method on a task; `curve` holds pairs of coverage and accuracy, both 0..1."""

    task: str
    method: str
    figures: Figures
    curve: Sequence[tuple[float, float]]


def measure(task: Task, name: str) -> Result:
    """Build a method for a task, ask it everything, and return what came of it."""
    started = time.perf_counter()
    method = METHODS[name](task.knowledge)
    figures: Figures = {"build_s": time.perf_counter() - started}
    asked = ask(method, task.questions, name)
    figures |= shares(asked) | times(asked)
    everything = [asked]
    for kind, texts in task.strangers.items():
        strange = ask(method, [(text, "") for text in texts], f"{name}, {kind}")
        figures |= {
            f"auroc_{kind}": auroc(asked.confidence, strange.confidence),
            f"right_{kind}": 100 * right_at_false_answers(asked, strange.confidence),
        }
        everything.append(strange)
    confidence = np.concatenate([part.confidence for part in everything])
    right = np.concatenate([part.right for part in everything])
    if name == OURS:  # the others' scores are no probabilities
        figures["ece"] = calibration_error(confidence, right)
    if name == OURS and task.vietnamese:
        figures |= retyped(method, task.questions, figures["top1"])
    return Result(task.name, name, figures, coverage(confidence, right))


def ask(method: Method, questions: Iterable[tuple[str, str]], label: str) -> Asked:
    """Ask every question once; `label` stands beside the progress on stderr."""
    right, top3, confidence, seconds = [], [], [], []
    console = Console(stderr=True, quiet=not sys.stderr.isatty())
    # Drawn once a second: a bar that is drawn more often shows in the times.
    for text, entry in track(list(questions), label, console=console, transient=True, refresh_per_second=1):
        started = time.perf_counter()
        found = method(text)
        seconds.append(time.perf_counter() - started)
        ids = [candidate.entry for candidate in found]
        right.append(ids[:1] == [entry])
        top3.append(entry in ids[:3])
        confidence.append(found[0].confidence if found else 0.0)
    return Asked(np.array(right), np.array(top3), np.array(confidence), np.array(seconds))


def shares(asked: Asked) -> Figures:
    """Return how often, in per cent, the right entry came first and among the first three."""
    return {"top1": 100 * float(asked.right.mean()), "top3": 100 * float(asked.top3.mean())}


def times(asked: Asked) -> Figures:
    """Return the time for a question in milliseconds: mean, median and the 99th percentile."""
    milliseconds = asked.seconds * 1000
    return {
        "ms_mean": float(milliseconds.mean()),
        "ms_p50": float(np.quantile(milliseconds, 0.5)),
        "ms_p99": float(np.quantile(milliseconds, 0.99)),
    }


def auroc(known: Floats, strange: Floats) -> float:
    """Return the probability that a known question is more confident than a stranger; ties count half."""
    ordered = np.sort(strange)
    below = np.searchsorted(ordered, known, side="left")
    not_above = np.searchsorted(ordered, known, side="right")
    return float((below + not_above).mean() / (2 * len(ordered)))


def right_at_false_answers(asked: Asked, strange: Floats) -> float:
    """Return the share answered rightly (0..1) at the threshold that `FALSE_ANSWERS` of strangers pass."""
    threshold = np.quantile(strange, 1 - FALSE_ANSWERS)
    return float(((asked.confidence > threshold) & asked.right).mean())


def calibration_error(confidence: Floats, right: Flags) -> float:
    """Return the expected calibration error, 0..1, over questions and strangers together.

    The best candidate's confidences, 0..1, fall into `BINS` bins of equal width (a bin holds its lower end,
    the last one 1.0 too). In each bin the mean confidence is compared with the share that was right; a
    stranger never is. The error is the mean distance, each bin weighing as much as the questions in it.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, confidence - right, BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def coverage(confidence: Floats, right: Flags) -> list[tuple[float, float]]:
    """Return how accurate answers are, by how many questions get one: a point for every threshold there is.

    Coverage is the share of all that was asked, strangers included, whose confidence reaches the threshold;
    accuracy is the share of those that were right, so an answered stranger is a wrong answer. Confidences
    that are equal are answered together.
    """
    order = np.argsort(-confidence, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True)) + 1
    rights = np.cumsum(right[order])[ends - 1]
    return [
        (float(share), float(accuracy))
        for share, accuracy in zip(ends / len(order), rights / ends, strict=True)
    ]


def retyped(method: Method, questions: Sequence[tuple[str, str]], clean: float) -> Figures:
    """Return first places in per cent and points lost against `clean`, for each kind of noise."""
    figures: Figures = {}
    for kind, typists in KINDS.items():
        runs = [ask(method, [(typed(text), entry) for text, entry in questions], kind) for typed in typists]
        top1 = float(np.mean([shares(run)["top1"] for run in runs]))
        figures |= {f"top1 {kind}": top1, f"loss {kind}": clean - top1}
    return figures

"""Measure matching: right, careful, robust, fast, beside what people use otherwise. Tables on stdout.

python -m bench                                        the shipped base, every method, retyping
python -m bench --methods hoidap --json figures.json   one method, and the figures as JSON
python -m bench --clinc data_full.json                 CLINC150 too, ten utterances an intent and all
python -m bench --clinc data_full.json --tasks clinc150-10
python -m bench --plot coverage.svg                    accuracy against coverage as a picture
python -m bench --scale                                speed and memory at 3,000, 15,000, 100,000 variants
python -m bench --scale 3000 15000                     the same at these sizes only
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

from bench import tables
from bench.apart import apart, on_one_core
from bench.bases import Task, clinc150, shipped
from bench.measures import Result, measure
from bench.methods import METHODS, OURS
from bench.plot import draw
from bench.speed import speed, stall

TASKS = ("base", "clinc150-10", "clinc150")
SIZES = (3_000, 15_000, 100_000)  # variants


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for and print it."""
    options = _options(arguments)
    on_one_core()
    results: list[Result] = []
    for task in _tasks(options):
        own = [apart(measure, task, name) for name in options.methods]
        print(tables.markdown(task.name, tables.comparison(own)), flush=True)
        for result in own:
            if result.method == OURS and task.vietnamese:
                print(tables.markdown(f"{task.name}, retyped for {OURS}", tables.retyping(result)))
        if options.plot and task.name == options.tasks[0]:
            draw(own, _answerable(task), options.plot)
        results += own
    sizes = list(_sizes(options))
    if sizes:
        print(tables.markdown("speed and scale, one core", tables.comparison(sizes)))
    results += sizes
    judged = [result for result in results if result.method == OURS]
    if judged:
        print(tables.markdown(f"bars for {OURS}", tables.bars(judged)))
    if options.json:
        figures = [asdict(result) for result in results]
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--knowledge", type=Path, default=Path("knowledge"), help="a base with `tests` (knowledge)")
    add("--clinc", type=Path, help="the JSON of CLINC150, full")
    add("--tasks", nargs="*", choices=TASKS, help="what to ask (all there is data for; none with --scale)")
    add("--methods", nargs="+", default=list(METHODS), choices=list(METHODS), help="whom to ask (all)")
    add("--scale", nargs="*", type=int, metavar="VARIANTS", help=f"measure speed at these sizes {SIZES}")
    add("--plot", type=Path, metavar="SVG", help="draw accuracy against coverage of the first task")
    add("--json", type=Path, help="write all figures here as well")
    options = parser.parse_args(arguments)
    if options.tasks is None:
        options.tasks = [] if options.scale is not None else list(TASKS if options.clinc else TASKS[:1])
    if options.clinc is None and any(task.startswith("clinc") for task in options.tasks):
        parser.error("CLINC150 needs its data: --clinc data_full.json")
    if options.plot and not options.tasks:
        parser.error("--plot draws a task: name one with --tasks")
    return options


def _tasks(options: argparse.Namespace) -> Iterator[Task]:
    for name in options.tasks:
        if name == "base":
            yield shipped(options.knowledge)
        else:
            yield clinc150(options.clinc, every=10 if name == "clinc150-10" else 1)


def _sizes(options: argparse.Namespace) -> Iterator[Result]:
    if options.scale is None:
        return
    yield apart(stall, options.knowledge)
    for variants in options.scale or SIZES:
        try:
            yield apart(speed, options.knowledge, variants)
        except BrokenProcessPool:
            print(f"{variants} variants: the process died, most likely of memory", file=sys.stderr)


def _answerable(task: Task) -> float:
    strange = sum(len(texts) for texts in task.strangers.values())
    return len(task.questions) / (len(task.questions) + strange)


if __name__ == "__main__":
    main()

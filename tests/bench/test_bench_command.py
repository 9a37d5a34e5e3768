"""`python -m bench` as people run it: tables on stdout that pipe, figures as JSON, a picture."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "bench", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_help_shows_examples():
    shown = bench("--help").stdout
    assert "python -m bench --scale 3000 15000" in shown


def test_every_measure_finds_what_it_needs():
    modules = [f"bench.{path.stem}" for path in (ROOT / "bench").glob("[!_]*.py")]
    assert len(modules) > 10
    done = subprocess.run([sys.executable, "-c", f"import {', '.join(modules)}"], cwd=ROOT, timeout=60)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--tasks", "clinc150"), "--clinc"),
        (("--scale", "10", "--plot", "x.svg"), "--tasks"),
        (("--methods", "guess"), "invalid choice"),
    ],
)
def test_what_cannot_be_measured_is_said(arguments: tuple[str, ...], says: str):
    done = bench(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_a_base_is_measured_retyped_and_grown(small_directory: Path, tmp_path: Path):
    figures = tmp_path / "figures.json"
    done = bench(
        *("--knowledge", small_directory, "--tasks", "base", "--scale", 200),
        *("--methods", "hoidap", "SQLite FTS5 trigram", "--json", figures),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    base, words, reload, grown = json.loads(figures.read_text(encoding="utf-8"))
    assert (base["method"], words["method"]) == ("hoidap", "SQLite FTS5 trigram")
    assert base["figures"]["top1"] > 60
    assert 0 <= base["figures"]["ece"] <= 1
    assert base["figures"]["loss Telex"] <= 20
    assert base["curve"][-1][0] == 1
    assert 0 < reload["figures"]["stall_ms"] < 1000 * reload["figures"]["reload_s"]
    assert grown["task"] == "200 variants"
    assert grown["figures"]["restart_s"] < grown["figures"]["build_s"]
    assert 30 < grown["figures"]["rss_mb"] < 2000
    assert grown["figures"]["times_wratio"] > 0
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("## ")] == [
        "## base",
        "## base, retyped for hoidap",
        "## speed and scale, one core",
        "## bars for hoidap",
    ]
    assert all(line.startswith(("| ", "|-")) for line in lines if line and line[0] != "#")
    judged = [line for line in lines if line.endswith((" met |", " missed |"))]
    assert len(judged) == 6 + 13 + 1  # kinds of noise, every bar of the base, and the reload


def test_the_picture_is_the_same_for_the_same_figures(small_directory: Path, tmp_path: Path):
    pictures = [tmp_path / "a.svg", tmp_path / "b.svg"]
    for picture in pictures:
        done = bench("--knowledge", small_directory, "--methods", "SQLite FTS5 trigram", "--plot", picture)
        assert done.returncode == 0, done.stderr
    assert "SQLite FTS5 trigram" in pictures[0].read_text(encoding="utf-8")
    assert pictures[0].read_bytes() == pictures[1].read_bytes()

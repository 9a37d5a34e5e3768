"""The curve of accuracy against coverage, as an SVG that is the same byte for byte for the same figures."""

from collections.abc import Sequence
from pathlib import Path

from bench.measures import Result

# Below this coverage a single question turns the curve round.
FEWEST = 0.02
FEW_POINTS = 10


def draw(results: Sequence[Result], answerable: float, path: Path) -> None:
    """Draw a line for each method.

    Args:
        results: of one task.
        answerable: share of what was asked that has an answer at all, 0..1: the best there is beyond it.
        path: of the SVG.
    """
    import matplotlib as mpl  # the bench group's libraries are not there for tests of the rest
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "hoidap", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.subplots()
        for result in results:
            points = [(100 * share, 100 * accuracy) for share, accuracy in result.curve if share >= FEWEST]
            # A method whose scores are nearly all the same has no line, only a point or two.
            marker = "o" if len(points) < FEW_POINTS else None
            axes.plot(
                *zip(*points, strict=True), marker=marker, label=result.method, linewidth=1.5, clip_on=False
            )
        axes.axvline(100 * answerable, color="grey", linestyle=":", linewidth=1)
        axes.text(100 * answerable + 1, 2, "questions that have an answer", color="grey", fontsize=8)
        axes.set(xlim=(0, 100), ylim=(0, 101), xlabel="answered, % of all asked", ylabel="of these right, %")
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left", fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None})

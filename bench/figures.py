"""What each figure is called and written like, and the bar it is held to: data only."""

from dataclasses import dataclass
from typing import Final

Figures = dict[str, float]  # key of `NAMES` -> value


@dataclass(frozen=True, slots=True)
class Bar:
    """A bound that a figure is held to, itself allowed."""

    least: float | None = None
    most: float | None = None

    def __str__(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    def met(self, value: float) -> bool:
        """Tell whether a value keeps the bound."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


# Heading and format. Shares are in per cent, losses in points of per cent.
NAMES: Final = {
    "top1": ("top-1 %", ".1f"),
    "top3": ("top-3 %", ".1f"),
    "auroc_far": ("AUROC far", ".3f"),
    "auroc_near": ("AUROC near", ".3f"),
    "right_far": ("right at 2 % false, far", ".1f"),
    "right_near": ("right at 2 % false, near", ".1f"),
    "ece": ("ECE", ".3f"),
    "loss no diacritics": ("loss, no diacritics", ".1f"),
    "loss Telex": ("loss, Telex", ".1f"),
    "loss VNI": ("loss, VNI", ".1f"),
    "loss slips": ("loss, slips", ".1f"),
    "loss glued": ("loss, glued", ".1f"),
    "loss mixed": ("loss, mixed", ".1f"),
    "build_s": ("build s", ".1f"),
    "restart_s": ("restart s", ".2f"),
    "ms_mean": ("ms", ".2f"),
    "ms_p50": ("p50 ms", ".2f"),
    "ms_p99": ("p99 ms", ".2f"),
    "per_second": ("questions/s", ".0f"),
    "wratio_per_second": ("WRatio/s", ".2f"),
    "times_wratio": ("x WRatio", ".0f"),
    "rss_mb": ("RSS MB", ".0f"),
    "reload_s": ("reload s", ".1f"),
    "stall_ms": ("longest stall ms", ".0f"),
}

# What is measured -> figure -> bar.
BARS: Final = {
    "base": {
        "top1": Bar(least=92),
        "top3": Bar(least=98),
        "auroc_far": Bar(least=0.97),
        "auroc_near": Bar(least=0.92),
        "right_far": Bar(least=75),
        "right_near": Bar(least=55),
        "ece": Bar(most=0.05),
        "loss no diacritics": Bar(most=1),
        "loss Telex": Bar(most=5),
        "loss VNI": Bar(most=5),
        "loss slips": Bar(most=5),
        "loss glued": Bar(most=5),
        "loss mixed": Bar(most=5),
    },
    "clinc150": {"top1": Bar(least=94.5), "auroc_far": Bar(least=0.967), "right_far": Bar(least=73)},
    "clinc150-10": {"top1": Bar(least=87), "top3": Bar(least=95.5), "auroc_far": Bar(least=0.94)},
    "3000 variants": {"build_s": Bar(most=3), "restart_s": Bar(most=1), "rss_mb": Bar(most=350)},
    "15000 variants": {"ms_p99": Bar(most=3), "times_wratio": Bar(least=200), "restart_s": Bar(most=1)},
    "reload": {"stall_ms": Bar(most=50)},
    "100000 variants": {"build_s": Bar(most=60), "ms_p99": Bar(most=20), "restart_s": Bar(most=1)},
}


def written(key: str, value: float | None) -> str:
    """Return a figure as tables show it; a dash where there is none."""
    return "–" if value is None else format(value, NAMES[key][1])

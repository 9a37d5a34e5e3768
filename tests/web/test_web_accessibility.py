"""Contract: axe-core finds nothing serious on the page, empty or full, light or dark."""

from pathlib import Path
from typing import Any

import pytest
from installed import npm_packages
from web_site import BETWEEN, EXACT, UNKNOWN

QUESTIONS = (
    EXACT,
    BETWEEN,
    UNKNOWN,
    "/help",
    "/cauhoi",
    "/chude",
)


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script."""
    packages = npm_packages(Path(__file__).parent)
    return (packages / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_serious_violation(chromium: Any, server: str, axe: str, scheme: str, width: int) -> None:
    viewport = {"width": width, "height": 800}
    context = chromium.new_context(
        base_url=server, color_scheme=scheme, viewport=viewport, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/")
    assert violations(page, axe) == []
    for count, question in enumerate(QUESTIONS, 1):
        page.fill("#text", question)
        page.keyboard.press("Enter")
        page.locator(f".turn:nth-child({count}) .reply").wait_for()
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page, axe) == []
    for address in ("/van-ban", "/van-ban?q=2020", "/van-ban/1-2023-tt-btc"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page, axe) == []
    fills = "[...document.querySelectorAll('.family-picture rect')].map(e => getComputedStyle(e).fill)"
    assert "rgb(0, 0, 0)" not in page.evaluate(fills), "the style sheet colours the picture"
    context.close()


def violations(page: Any, axe: str) -> list[str]:
    """Return what axe finds, moderate and minor findings included."""
    page.evaluate(axe)
    result = page.evaluate("axe.run()")
    assert len(result["passes"]) > 15  # it did look
    return [
        f"{found['impact']} {found['id']}: {node['html'][:200]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]

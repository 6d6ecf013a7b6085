"""Draw `web/static/icon.svg` as the PNG files that phones want. Needs Chromium; run it by hand.

`192.png` and `512.png` have the icon's round corners; `maskable-512.png` and `touch-180.png` fill
their square, with the drawing inside of the circle that a launcher may cut out.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "web" / "static"
TARGET = STATIC / "icons"
SIZES = {"192": (192, 0), "512": (512, 0), "maskable-512": (512, 4), "touch-180": (180, 2)}
"""Pixels, and units of the drawing (of 24) that a file without corners adds at each side."""


def drawn(margin: int) -> str:
    """The icon as SVG; with a margin as a full square around a smaller drawing."""
    svg = (STATIC / "icon.svg").read_text("utf-8")
    if not margin:
        return svg
    side = 24 + 2 * margin
    svg = svg.replace('viewBox="0 0 24 24"', f'viewBox="-{margin} -{margin} {side} {side}"')
    square = f'<rect x="-{margin}" y="-{margin}" width="{side}" height="{side}"'
    return re.sub(r'<rect width="24" height="24" rx="6"', square, svg, count=1)


def main() -> None:
    """Write all of them."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for name, (size, margin) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{drawn(margin)}")
            page.screenshot(path=TARGET / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()

"""What every page must keep: axe's rules, targets, a focus that shows, its width, calm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

ZOOMED: ViewportSize = {"width": 640, "height": 410}
"""What is left of ``WIDE`` for a reader who enlarges the page to 200 %."""

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SEEN = """
const REACHED = "a[href], button, input, select, textarea, summary, [tabindex='0']";
const name = (it) => {
  const {width, height} = it.getBoundingClientRect();
  return `${Math.round(width)} × ${Math.round(height)}: ${it.outerHTML.slice(0, 120)}`;
};
const shown = (it) => it.checkVisibility({visibilityProperty: true, opacityProperty: true})
  && it.getClientRects().length > 0 && !it.closest(".unseen, .skip, [aria-hidden=true]");
"""
_SMALL_TARGETS = """
() => {
  const block = (it) => getComputedStyle(it).display === "inline" ? block(it.parentElement) : it;
  const inSentence = (it) => getComputedStyle(it).display === "inline"
    && block(it).textContent.trim().length > it.textContent.trim().length;
  const large = ({width, height}) => width >= 23.9 && height >= 23.9;
  const hit = (it) => {
    it.scrollIntoView({block: "center", behavior: "instant"});
    const {x, y, width, height} = it.getBoundingClientRect();
    const [middle, centre] = [x + width / 2, y + height / 2];
    return [[-11, -11], [11, -11], [-11, 11], [11, 11]].every(([right, down]) =>
      it.contains(document.elementFromPoint(middle + right, centre + down)));
  };
  const enough = (it) =>
    [it, ...(it.labels ?? [])].some((one) => large(one.getBoundingClientRect()));
  return [...document.querySelectorAll(REACHED)]
    .filter((it) => shown(it) && !it.disabled && !inSentence(it) && !enough(it) && !hit(it))
    .map(name);
}
"""
_UNMARKED_FOCUS = """
() => {
  const LOOK = ["outlineStyle", "outlineWidth", "boxShadow", "borderColor", "backgroundColor"];
  const around = (it, levels) => it && levels ? [it, ...around(it.parentElement, levels - 1)] : [];
  const looks = (it) => around(it, 5)
    .flatMap((one) => ["", "::before", "::after"].map((part) => getComputedStyle(one, part)))
    .map((style) => LOOK.map((property) => style[property]).join()).join("|");
  const marked = (it) => {
    document.activeElement.blur();
    const before = looks(it);
    it.focus({focusVisible: true, preventScroll: true});
    return document.activeElement !== it || looks(it) !== before;
  };
  return [...document.querySelectorAll(REACHED)]
    .filter((it) => shown(it) && !it.disabled && !marked(it)).map(name);
}
"""
_MOTION = """
() => {
  const seconds = (text) => Math.max(...text.split(",").map((one) => parseFloat(one)));
  const moving = (style) => Math.max(
    seconds(style.transitionDuration),
    style.animationName === "none" ? 0 : seconds(style.animationDuration)) > 0.01;
  return [...document.querySelectorAll("*")]
    .filter((it) => ["", "::before", "::after"].some((part) => moving(getComputedStyle(it, part))))
    .map(name);
}
"""


def flaws(page: Page, axe: str) -> list[str]:
    """What no page may have in any theme or size."""
    return violations(page, axe) + small_targets(page) + overflow(page)


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds."""
    page.evaluate(axe)
    options = json.dumps({"runOnly": _TAGS, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then((result) => result.violations)")
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def _run(page: Page, script: str) -> list[str]:
    return page.evaluate(f"() => {{ {_SEEN} return ({script.strip()})(); }}")


def small_targets(page: Page) -> list[str]:
    """What is pressed and smaller than 24 px, unless the line of a sentence makes it so."""
    return _run(page, _SMALL_TARGETS)


def unmarked_focus(page: Page) -> list[str]:
    """What looks the same with the focus as without."""
    return _run(page, _UNMARKED_FOCUS)


def motion(page: Page) -> list[str]:
    """What moves although the reader asked for calm."""
    return _run(page, _MOTION)


def overflow(page: Page) -> list[str]:
    """That the page is wider than its window, if it is."""
    more = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{more} px wider than the window"] if more > 0 else []

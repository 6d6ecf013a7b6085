"""What every page must keep: axe's rules, targets, a focus that shows, its width, calm."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page, ViewportSize

ZOOMED: ViewportSize = {"width": 640, "height": 410}
"""What is left of ``WIDE`` for a reader who enlarges the page to 200 %."""

NARROW: ViewportSize = {"width": 320, "height": 205}
"""What is left at 400 %, where WCAG 1.4.10 asks that nothing has to be scrolled sideways."""

EVERYWHERE = ("shortcuts", "palette")
"""The dialogs that are on every page."""

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that a theme bears on; what the others look at is the same in both."""
_SEEN = """
const LAYER = document.querySelector("dialog:modal, :popover-open") ?? document;
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
  return [...LAYER.querySelectorAll(REACHED)]
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
  return [...LAYER.querySelectorAll(REACHED)]
    .filter((it) => shown(it) && !it.disabled && !marked(it)).map(name);
}
"""
WATCH_MOTION = """
window.moved = [];
const note = (event) => {
  const moves = (one) => one.effect.getComputedTiming().duration > 10;
  const found = document.getAnimations().filter(moves)
    .map((one) => `${one.animationName ?? one.transitionProperty} of ${
      (one.effect.pseudoElement ?? "") + one.effect.target.outerHTML.slice(0, 80)}`);
  window.moved.push(...found);
};
for (const kind of ["animationstart", "transitionrun"]) document.addEventListener(kind, note, true);
const smooth = (way) => way?.behavior === "smooth";
for (const it of [window, Element.prototype]) {
  for (const call of ["scrollTo", "scrollBy", "scrollIntoView"].filter((name) => it[name])) {
    const scroll = it[call];
    it[call] = function (...to) {
      if (to.some(smooth)) window.moved.push(`${call} glides`);
      return scroll.apply(this, to);
    };
  }
}
"""
"""For a page before it loads: notes what really moves, and scrolling that is told to glide."""

_TURNED = r"""
() => {
  const TURNS = /[\u202a-\u202e]/;
  const apart = (it) => {
    const {display, unicodeBidi} = getComputedStyle(it);
    const own = !["inline", "contents"].includes(display) || /isolate|plaintext/.test(unicodeBidi);
    return own ? it : apart(it.parentElement);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const lines = new Map();
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const own = text.parentElement.closest("script, template, textarea, .said");
    if (own || !text.data.trim()) continue;
    const line = apart(text.parentElement);
    lines.set(line, [...(lines.get(line) ?? []), text.data]);
  }
  return [...lines].filter(([, said]) => said.length > 1 && said.some((text) => TURNS.test(text)))
    .map(([it]) => name(it));
}
"""
_GLIDES = """
() => [document.documentElement, ...document.querySelectorAll("body *")]
  .filter((it) => getComputedStyle(it).scrollBehavior === "smooth").map(name)
"""

_TURN = "(theme) => { document.documentElement.dataset.theme = theme; }"
_SHOW = """
(id) => {
  document.getElementById(id).showModal();
  document.getAnimations().forEach((one) => one.finish());
}
"""


def themes(page: Page) -> Iterator[str]:
    """Both themes, first the one that the page is in; each is put on while it is looked at."""
    shown = page.evaluate("document.documentElement.dataset.theme")
    for theme in ("dark", "light") if shown == "dark" else ("light", "dark"):
        page.evaluate(_TURN, theme)
        yield theme
    page.evaluate(_TURN, shown)


def flaws(page: Page, axe: str) -> list[str]:
    """What no page may have in any theme or size."""
    return [
        f"{theme}: {one}"
        for theme, rules in zip(themes(page), (_TAGS, _COLOURS), strict=True)
        for one in violations(page, axe, rules) + small_targets(page) + overflow(page)
    ] + turned(page)


def violations(page: Page, axe: str, rules: list[str], within: str = "") -> list[str]:
    """What axe finds by these rules or tags, in all of the page or in what fits a selector."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    place = json.dumps(within) if within else "document"
    found = page.evaluate(f"axe.run({place}, {options}).then((result) => result.violations)")
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def dialogs(page: Page, *leave_out: str) -> Iterator[Locator]:
    """The page's dialogs, one of each kind, each opened and closed again."""
    ids: list[str] = page.evaluate("[...document.querySelectorAll('dialog')].map((one) => one.id)")
    kinds = {re.sub(r"\d+", "#", each): each for each in ids if each not in leave_out}
    for each in kinds.values():
        page.evaluate(_SHOW, each)
        yield page.locator(f"dialog#{each}")
        page.evaluate("(id) => document.getElementById(id).close()", each)


def layer_flaws(page: Page, axe: str, layer: Locator) -> list[str]:
    """What a dialog or menu may not have that lies over the page."""
    name = layer.get_attribute("id")
    wide = layer.evaluate("(it) => it.scrollWidth - it.clientWidth")
    found = [f"{wide} px too wide"] if wide > 0 else []
    for theme, rules in zip(themes(page), (_TAGS, _COLOURS), strict=True):
        bad = violations(page, axe, rules, f"#{name}") + small_targets(page) + overflow(page)
        found += [f"{theme}: {one}" for one in bad]
    return [f"#{name}: {one}" for one in found]


def _run(page: Page, script: str) -> list[str]:
    return page.evaluate(f"() => {{ {_SEEN} return ({script.strip()})(); }}")


def small_targets(page: Page) -> list[str]:
    """What is pressed and smaller than 24 px, unless the line of a sentence makes it so."""
    return _run(page, _SMALL_TARGETS)


def turned(page: Page) -> list[str]:
    """Lines in which the text of one author could turn around what others or the page say."""
    return _run(page, _TURNED)


def unmarked_focus(page: Page) -> list[str]:
    """What looks the same with the focus as without."""
    return _run(page, _UNMARKED_FOCUS)


def motion(page: Page) -> list[str]:
    """What moved since the page was opened, or would while scrolling; see ``WATCH_MOTION``."""
    return page.evaluate("window.moved") + _run(page, _GLIDES)


def overflow(page: Page) -> list[str]:
    """That the page is wider than its window, if it is."""
    more = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{more} px wider than the window"] if more > 0 else []

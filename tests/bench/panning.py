"""How smoothly Chromium pans a diagram of 200 shapes, in the modeler and where one only looks."""

from __future__ import annotations

import copy
import shutil
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from lxml import etree

from appliance.actor import Actor
from appliance.box import Box
from appliance.config import Config
from processes import FOLDER
from tests.bench.measure import Missing, quantile
from tests.chromium import OPTIONS
from tests.serving import PASSWORD, Client, Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME = "drawer"
SHAPES, FRAMES = 200, 240
MODEL = FOLDER / "expense_reimbursement_demo" / "expense_reimbursement_demo.bpmn20.xml"
PLACES = {"modeler": "/admin/drafts/{}", "viewer": "/admin/drafts/{}/deploy"}
CANVAS = ":is(.modeler, .diagram) .djs-container > svg"
_PAN = """
async ([canvas, frames]) => {
  const svg = [...document.querySelectorAll(canvas)].at(-1);
  const {left, top, width, height} = svg.getBoundingClientRect();
  const at = (x, y) => ({
    bubbles: true, cancelable: true, button: 0, buttons: 1,
    clientX: left + width / 2 + x, clientY: top + height - 8 + y,
  });
  const frame = () => new Promise(requestAnimationFrame);
  const before = svg.querySelector(".viewport").getAttribute("transform");
  const times = [], works = [];
  svg.dispatchEvent(new MouseEvent("mousedown", at(0, 0)));
  for (let turn = 0; turn < frames; turn++) {
    times.push(await frame());
    const began = performance.now();
    document.dispatchEvent(new MouseEvent("mousemove", at(5 + turn % 120, 5 + turn % 60)));
    works.push(performance.now() - began);
  }
  const moved = svg.querySelector(".viewport").getAttribute("transform") !== before;
  document.dispatchEvent(new MouseEvent("mouseup", at(0, 0)));
  return {moved, works, frames: times.slice(1).map((time, turn) => time - times[turn])};
}
"""


def panning(scale: float = 1) -> dict[str, Any]:
    """Times between frames, and of the script in one, while 200 shapes are panned; and of 20."""
    found: dict[str, Any] = {}
    frames = max(20, int(FRAMES * scale))
    with tempfile.TemporaryDirectory() as folder:
        many, few = _drafts(Path(folder))
        served = Served(Path(folder), ("--demos", "false")).start()
        try:
            for name, times in _panned(served.url, many, few, frames).items():
                found |= {f"{name}_{what}": value for what, value in times.items()}
        finally:
            served.stop()
    return {"shapes": SHAPES, "frames": frames, **found}


def _drafts(data: Path) -> tuple[int, int]:
    box = Box(Config(data=data))
    try:
        box.people.add(NAME, PASSWORD, admin=True).result()
        actor = Actor.user(NAME, admin=True)
        many, few = (box.drafts.create(model_of(shapes), actor).result() for shapes in (SHAPES, 20))
        return many.id, few.id
    finally:
        box.close()


def model_of(shapes: int) -> bytes:
    """The expense demo again and again below itself, until so many shapes are drawn."""
    root = etree.fromstring(MODEL.read_bytes())
    process, plane = root.find("{*}process"), root.find("{*}BPMNDiagram/{*}BPMNPlane")
    assert process is not None
    assert plane is not None
    parts = (*process.iterchildren(etree.Element), *plane)
    once = [copy.deepcopy(part) for part in parts]
    for number in range(1, shapes):
        if len(plane.findall("{*}BPMNShape")) >= shapes:
            break
        for part in copy.deepcopy(once):
            _apart(part, number)
            home = plane if etree.QName(part).localname in ("BPMNShape", "BPMNEdge") else process
            home.append(part)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _apart(part: Any, number: int) -> None:
    ids = ("id", "sourceRef", "targetRef", "attachedToRef", "bpmnElement", "default")
    for node in part.iter(etree.Element):
        for name in ids:
            if name in node.attrib:
                node.set(name, f"{node.get(name)}_{number}")
        if etree.QName(node).localname in ("incoming", "outgoing"):
            node.text = f"{node.text}_{number}"
        if "y" in node.attrib:
            node.set("y", str(float(node.get("y")) + 400 * number))


def _panned(url: str, many: int, few: int, frames: int) -> dict[str, dict[str, float]]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("Playwright is not installed: pip install -e '.[test]'") from None
    path = shutil.which("chromium")
    if path is None:
        raise Missing("Chromium is not installed: apt install chromium")
    with Client(url) as client:
        assert client.sign_in(NAME, PASSWORD).status_code == 303
        cookie = {"name": "wf_session", "value": client.cookies["wf_session"], "url": url}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        context = chromium.new_context(viewport={"width": 1280, "height": 820})
        context.add_cookies([cookie])  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        page.add_init_script("delete window.SharedWorker")  # whose script never ends for Playwright
        found = {
            f"{place}_{name}": _times(page, url + path.format(draft), frames)
            for place, path in PLACES.items()
            for name, draft in (("many", many), ("few", few))
        }
        chromium.close()
    return found


def _times(page: Page, address: str, frames: int) -> dict[str, float]:
    page.goto(address)
    page.wait_for_selector(CANVAS)
    page.wait_for_load_state("networkidle")
    found = page.evaluate(_PAN, [CANVAS, frames])
    assert found["moved"], address
    return {
        "frame_ms": median(found["frames"]),
        "p95_frame_ms": quantile(found["frames"], 0.95),
        "script_ms": median(found["works"]),
    }

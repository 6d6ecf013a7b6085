"""What authors of forms and models write, as pages show it: Markdown, drawings."""

import pytest
from lxml import etree

from processes import SHIPPED
from web.diagram import drawing
from web.forms import markdown, sentences

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "![x](http://evil.example/x.png)",
        "<a href='x' style='position:fixed'>x</a>",
        '[x](https://a.example "title" onclick=alert(1))',
        "**<iframe src=x>**",
    ],
)
def test_markdown_holds_no_markup_of_its_own(text):
    html = str(markdown(text))
    tree = etree.fromstring(f"<div>{html}</div>", etree.HTMLParser())
    names = {str(element.tag) for element in tree.iter()} - {
        "html",
        "body",
        "div",
        "p",
        "strong",
        "a",
    }
    assert names == set()
    for element in tree.iter("a"):
        assert element.attrib.get("href", "").startswith("https://")
        assert "style" not in element.attrib
        assert "onclick" not in element.attrib


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a", ["h2"]),
        ("#### a", ["h2"]),
        ("# a\n## b\n# c\n#### d", ["h2", "h3", "h2", "h3"]),
        ("### a\n## b", ["h2", "h2"]),
    ],
)
def test_headings_stand_below_the_title_and_skip_no_level(text, levels):
    tree = etree.fromstring(f"<div>{markdown(text)}</div>")
    assert [element.tag for element in tree] == levels


def test_messages_become_sentences():
    assert sentences(["is required"], "Title") == "Title is required."
    assert sentences(["Please sign."], "Title") == "Please sign."
    assert sentences(["is required"], "") == "is required"


def test_a_drawing_has_all_shapes_and_nothing_else():
    for shipped in SHIPPED:
        source = shipped.files()[f"{shipped.key}.bpmn20.xml"]
        drawn, whole = etree.fromstring(drawing(source)), etree.fromstring(source)
        shapes = "count(//*[local-name()='BPMNShape' or local-name()='BPMNEdge'])"
        assert drawn.xpath(shapes) == whole.xpath(shapes) > 0
        for name in ("extensionElements", "conditionExpression", "script", "documentation"):
            assert next(drawn.iter(f"{{{BPMN}}}{name}"), None) is None
        assert not [key for one in drawn.iter() for key in one.attrib if "flowable" in key]


def test_a_drawing_keeps_the_kind_of_each_event():
    source = f"""<definitions xmlns="{BPMN}" xmlns:x="urn:x"><process id="p">
      <!-- a secret --><boundaryEvent id="b" attachedToRef="t" x:secret="1"><timerEventDefinition>
      <timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
      </process></definitions>"""
    drawn = drawing(source.encode())
    assert b"timerEventDefinition" in drawn
    assert b"PT1H" not in drawn
    assert b"secret" not in drawn

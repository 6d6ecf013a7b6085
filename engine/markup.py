"""XML, parsed so that a hostile file can do no harm. What it means stands in ``engine/xml.py``."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from engine.errors import Finding, ModelInvalid

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
MAX_BYTES = 20 * 1024 * 1024

__all__ = ["MAX_BYTES", "MODEL", "Element", "invalid", "parse_xml", "short_tag"]


def parse_xml(data: bytes, file: str) -> Element:
    """Parse XML without entities, document types or network. Raises ModelInvalid."""
    if len(data) > MAX_BYTES:
        raise invalid(
            file, "too-large", f"the file has {len(data):,} bytes, {MAX_BYTES:,} are allowed"
        )
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise ModelInvalid(
            [Finding("error", "not-xml", f"not XML: {error}", "", line, file)]
        ) from None
    if root.getroottree().docinfo.doctype:
        raise invalid(file, "doctype", "a document type or entity declaration is not allowed")
    return root


def invalid(file: str, rule: str, message: str) -> ModelInvalid:
    """The refusal of a whole file."""
    return ModelInvalid([Finding("error", rule, message, file=file)])


def short_tag(xml: Element) -> str:
    """A tag without its namespace."""
    return etree.QName(xml).localname

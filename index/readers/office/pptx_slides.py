"""What is on a slide, in the order in which it is read: boxes, lists, tables, charts, diagrams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from index.readers.office import drawing
from index.readers.office.drawing import children, every, first
from index.readers.office.ooxml import local

_TITLES = ("title", "ctrTitle")
_EDGES = ("dt", "hdr", "ftr")  # day, header, footer: the same on many slides
_BULLETED = ("", "body", "obj")  # placeholders whose lines have bullets, unless they say otherwise
_BULLET = "• "
_PROPERTIES = ("spPr", "grpSpPr")

Place = tuple[int, int, int]  # top, left, height
Key = tuple[str, str]  # of a placeholder: its type and number


@dataclass(frozen=True, slots=True)
class Words:
    """``kind``: "title", "footer", "list" or None, for running text."""

    text: str
    kind: str | None = None
    what: str = ""  # for the label: "chart", "diagram"


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[tuple[str, ...], ...]
    what: str
    header: bool | None = None


Block = Words | Rows


@dataclass(frozen=True, slots=True)
class Layout:
    """Where placeholders stand that have no place of their own; charts and diagrams by their ids,
    of which each is shown once."""

    places: Mapping[Key, Place] = field(default_factory=dict)
    parts: dict[str, etree._Element] = field(default_factory=dict)


def blocks(slide: etree._Element, layout: Layout) -> Iterator[Block]:
    """The title first, then from the top down, and from left to right what stands side by side."""
    tree = first(slide, "cSld", "spTree")
    found = list(_shapes(tree, layout)) if tree is not None else []
    titles = [block for block in found if isinstance(block, Words) and block.kind == "title"]
    yield from titles[:1]
    yield from (block for block in found if not titles or block is not titles[0])


def places(root: etree._Element) -> dict[Key, Place]:
    """Of the placeholders of a slide's layout or master."""
    found: dict[Key, Place] = {}
    for shape in every(root, "sp"):
        key, place = _placeholder(shape), _place(shape)
        if key is not None and place is not None:
            found[key] = place
            found.setdefault((key[0], ""), place)
            found.setdefault(("", key[1]), place)
    return found


def background(root: etree._Element) -> list[str]:
    """What a layout or master shows on each of its slides."""
    return [
        text
        for shape in every(root, "sp")
        if _placeholder(shape) is None and (text := "\n".join(drawing.paragraphs(shape)))
    ]


def _shapes(tree: etree._Element, layout: Layout) -> Iterator[Block]:
    shapes = [(one, _place(one) or _laid_out(one, layout)) for one in children(tree)]
    for shape in _in_order(shapes):
        name = local(shape.tag)
        if name == "grpSp":
            yield from _shapes(shape, layout)
        elif name == "graphicFrame":
            yield from _graphic(shape, layout)
        elif name in ("sp", "cxnSp", "pic"):
            yield from _box(shape)


def _in_order(shapes: Sequence[tuple[etree._Element, Place | None]]) -> list[etree._Element]:
    """A shape that begins in the upper half of one beside it stands in the same row."""
    unplaced = [shape for shape, place in shapes if place is None]
    placed = sorted(
        ((place, at) for at, (_, place) in enumerate(shapes) if place is not None),
    )
    rows: list[list[tuple[int, int]]] = []  # left, number
    limit = 0.0
    for (top, left, height), at in placed:
        if not rows or top >= limit:
            rows.append([])
            limit = top + max(1, height) / 2
        rows[-1].append((left, at))
    return unplaced + [shapes[at][0] for row in rows for _, at in sorted(row)]


def _place(shape: etree._Element) -> Place | None:
    holder = next((one for one in children(shape) if local(one.tag) in _PROPERTIES), shape)
    offset, size = first(holder, "xfrm", "off"), first(holder, "xfrm", "ext")
    if offset is None:
        return None
    height = 0 if size is None else _number(size.get("cy"))
    return _number(offset.get("y")), _number(offset.get("x")), height


def _laid_out(shape: etree._Element, layout: Layout) -> Place | None:
    key = _placeholder(shape)
    if key is None:
        return None
    kinds = (key, ("", key[1]), (key[0], ""))
    return next((layout.places[one] for one in kinds if one in layout.places), None)


def _placeholder(shape: etree._Element) -> Key | None:
    """None for a shape that its layout knows nothing of."""
    for one in children(shape):
        found = first(one, "nvPr", "ph")
        if found is not None:
            return found.get("type", ""), found.get("idx", "")
    return None


def _box(shape: etree._Element) -> Iterator[Block]:
    body = first(shape, "txBody")
    key = _placeholder(shape)
    kind = key[0] if key else "box"
    if body is None or kind == "sldNum":
        return
    if kind in _TITLES or kind in _EDGES:
        text = " ".join(" ".join(drawing.paragraphs(body)).split())
        if text:
            yield Words(text, "title" if kind in _TITLES else "footer")
        return
    entries: list[str] = []
    for one in every(body, "p"):
        text = drawing.paragraph(one)
        if text and _has_bullet(one, kind in _BULLETED):
            entries.append(text)
        elif text:
            yield from _list(entries)
            entries = []
            yield Words(text)
    yield from _list(entries)


def _has_bullet(element: etree._Element, usual: bool) -> bool:
    properties = first(element, "pPr")
    own = {local(one.tag) for one in properties} if properties is not None else set()
    return bool(own & {"buChar", "buAutoNum", "buBlip"}) or (usual and "buNone" not in own)


def _list(entries: Sequence[str]) -> Iterator[Words]:
    """Lines with bullets; one alone is text."""
    if len(entries) == 1:
        yield Words(entries[0])
    elif entries:
        yield Words("\n".join(_BULLET + " ".join(one.split()) for one in entries), "list")


def _graphic(frame: etree._Element, layout: Layout) -> Iterator[Block]:
    for table in every(frame, "tbl"):
        yield Rows(tuple(_rows(table)), "table")
    for one in frame.iter("{*}chart", "{*}relIds"):
        is_chart = local(one.tag) == "chart"
        root = layout.parts.pop(drawing.relation(one, "id" if is_chart else "dm"), None)
        if root is None:
            continue
        if is_chart:
            shown = drawing.chart(root)
            yield from (Words(text, what="chart") for text in shown.titles)
            yield Rows(shown.rows, "chart", header=True)
        else:
            texts = drawing.paragraphs(root)
            yield from (Words(one.text, one.kind, "diagram") for one in _list(texts))


def _rows(table: etree._Element) -> Iterator[tuple[str, ...]]:
    """What one cell shows beside several rows belongs to each."""
    above: tuple[str, ...] = ()
    for row in every(table, "tr"):
        cells = []
        for at, cell in enumerate(every(row, "tc")):
            goes_on = cell.get("vMerge") in ("1", "true") and at < len(above)
            cells.append(above[at] if goes_on else " ".join(drawing.paragraphs(cell)))
        above = tuple(cells)
        yield above


def _number(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        return 0

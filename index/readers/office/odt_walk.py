"""The body of an OpenDocument text, or a header, walked once, without recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from lxml import etree

from index.readers.office.blocks import Block, Draft, Look, Note
from index.readers.office.odt_styles import Styles, named, number
from index.readers.office.ooxml import local
from index.readers.office.tally import Tally, size

_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_WHITE = re.compile(r"[ \t\r\n]+")  # one space, as the format says; others are elements
_INDEXES = frozenset(
    (
        "table-of-content", "alphabetical-index", "illustration-index", "table-index",
        "object-index", "user-index",
    )
)  # fmt: skip
_SHAPES = frozenset(
    (
        "text-box", "custom-shape", "rect", "line", "polyline", "polygon", "path", "circle",
        "ellipse", "connector", "caption", "measure",
    )
)  # fmt: skip
_NOTES = frozenset(("note", "annotation"))
_APART = frozenset(
    (
        "note-citation", "ruby-text", "page-number", "page-count", "forms", "scripts",
        "event-listeners", "sequence-decls", "variable-decls", "user-field-decls", "object",
        "object-ole", "binary-data", "title", "desc", "creator", "date-string", "glue-point",
    )
)  # fmt: skip


def blocks_of(root: etree._Element, styles: Styles, tally: Tally) -> tuple[Block, ...]:
    tally.total += size("".join(root.itertext()))
    walk = _Walk(styles, tally)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        name = local(element.tag)
        if event == "start":
            if walk.enter(name, element):
                events.skip_subtree()
                walk.skipped = element
        else:
            walk.leave(name, element)
            parent = element.getparent()
            if element is not root and parent is not None:
                walk.words(element.tail, parent)
    return walk.draft.close()


class _Walk:
    def __init__(self, styles: Styles, tally: Tally) -> None:
        self.draft = Draft()
        self.skipped: etree._Element | None = None
        self._styles = styles
        self._tally = tally
        self._bold: list[bool] = []  # of the paragraph and the spans in it that are open
        self._after_space = True
        self._lists = 0
        self._indexes = 0
        self._outer: list[tuple[list[bool], bool, int]] = []

    def enter(self, name: str, element: etree._Element) -> bool:
        """Whether what is in the element is left out."""
        if name.endswith("-source") or (name in _APART and not self._is_field(name, element)):
            self._leave_out(element)
            return True
        if name == "tracked-changes":
            self._tally.deleted += self._leave_out(element)
            return True
        if self._is_hidden(name, element):
            self._tally.hidden += self._leave_out(element)
            return True
        handler = _ENTER.get(name)
        if handler is not None:
            handler(self, element)
        elif name in _SHAPES or name in _NOTES:
            self._open()
        self._indexes += name in _INDEXES
        self.words(element.text, element)
        return False

    def leave(self, name: str, element: etree._Element) -> None:
        if element is self.skipped:
            self.skipped = None
            return
        handler = _LEAVE.get(name)
        if handler is not None:
            handler(self, element)
        elif name in _SHAPES:
            self.draft.box("text box", self._close())
        self._indexes -= name in _INDEXES

    def words(self, text: str | None, parent: etree._Element) -> None:
        """Characters in a paragraph or one of the elements of text within it."""
        if not text:
            return
        if not str(parent.tag).startswith(f"{{{_TEXT}}}"):
            if local(parent.tag) == "date":  # of a comment
                self._tally.told += size(text)
            return
        self._tally.told += size(text)
        if not self._bold:
            if text.isspace():
                return
            self._bold.append(False)
        text = _WHITE.sub(" ", text)
        text = text[1:] if self._after_space and text[0] == " " else text
        if text:
            self.draft.write(text, self._bold[-1])
            self._after_space = text[-1] == " "

    def _is_field(self, name: str, element: etree._Element) -> bool:
        """A field that shows the document's own title is text, an image's title is not."""
        in_text = str(element.tag).startswith(f"{{{_TEXT}}}")
        return in_text and name in ("title", "creator")

    def _is_hidden(self, name: str, element: etree._Element) -> bool:
        if name in ("hidden-text", "section"):
            return name == "hidden-text" or named(element).get("display") == "none"
        if name in ("p", "h", "span"):
            family = "text" if name == "span" else "paragraph"
            return self._styles.get(family, _style(element)).hidden
        return False

    def _leave_out(self, element: etree._Element) -> int:
        characters = size("".join(element.itertext()))
        self._tally.told += characters
        return characters

    def _put(self, text: str) -> None:
        self.draft.write(text, bold=True)
        self._after_space = False

    # -- paragraphs ------------------------------------------------------------------------

    def _paragraph(self, element: etree._Element) -> None:
        shown = self._styles.get("paragraph", _style(element))
        look = shown.look
        if local(element.tag) == "h":
            level = number(named(element).get("outline-level"), 10)
            look = replace(look, level=level) if look.kind != "title" else look
        elif self._indexes:
            look = Look(kind="navigation")
        elif self._lists and not look.level and look.kind is None:
            look = replace(look, kind="list")
        self.draft.begin(look)
        self._bold = [look.bold]
        self._after_space = True

    def _end_paragraph(self, _: etree._Element) -> None:
        self.draft.end()
        self._bold = []

    def _span(self, element: etree._Element) -> None:
        bold = self._styles.get("text", _style(element)).bold
        if self._bold:
            self._bold.append(self._bold[-1] if bold is None else bold)

    def _end_span(self, _: etree._Element) -> None:
        if len(self._bold) > 1:
            self._bold.pop()

    def _spaces(self, element: etree._Element) -> None:
        self._put(" " * number(named(element).get("c"), 1_000))

    def _tab(self, _: etree._Element) -> None:
        self._put("\t")

    def _line_break(self, _: etree._Element) -> None:
        self._put("\n")
        self._after_space = True

    # -- lists, tables, boxes, notes ---------------------------------------------------------

    def _list(self, _: etree._Element) -> None:
        self._lists += 1

    def _end_list(self, _: etree._Element) -> None:
        self._lists -= 1

    def _open(self) -> None:
        self._outer.append((self._bold, self._after_space, self._lists))
        self._bold, self._after_space, self._lists = [], True, 0
        self.draft.open()

    def _close(self) -> tuple[Block, ...]:
        self._bold, self._after_space, self._lists = self._outer.pop()
        return self.draft.close()

    def _table(self, _: etree._Element) -> None:
        self.draft.begin_table()

    def _end_table(self, _: etree._Element) -> None:
        self.draft.end_table()

    def _row(self, element: etree._Element) -> None:
        self.draft.begin_row()
        parent = element.getparent()
        if parent is not None and local(parent.tag) == "table-header-rows":
            self.draft.name_columns()

    def _cell(self, _: etree._Element) -> None:
        self._open()

    def _end_cell(self, element: etree._Element) -> None:
        """Those that a wide cell covers follow it as elements of their own."""
        self.draft.cell(self._close(), number(named(element).get("number-columns-repeated"), 64))

    def _end_note(self, element: etree._Element) -> None:
        kind = named(element).get("note-class", "footnote")
        self.draft.note(Note(kind, self._close()))

    def _end_annotation(self, element: etree._Element) -> None:
        author = next((one.text for one in element if local(one.tag) == "creator"), None)
        self.draft.note(Note("comment", self._close(), author))


def _style(element: etree._Element) -> str:
    name: str = element.get(f"{{{_TEXT}}}style-name", "")
    return name


_ENTER: Mapping[str, Callable[[_Walk, etree._Element], None]] = {
    "p": _Walk._paragraph,
    "h": _Walk._paragraph,
    "span": _Walk._span,
    "s": _Walk._spaces,
    "tab": _Walk._tab,
    "line-break": _Walk._line_break,
    "list": _Walk._list,
    "table": _Walk._table,
    "table-row": _Walk._row,
    "table-cell": _Walk._cell,
    "covered-table-cell": _Walk._cell,
}
_LEAVE: Mapping[str, Callable[[_Walk, etree._Element], None]] = {
    "p": _Walk._end_paragraph,
    "h": _Walk._end_paragraph,
    "span": _Walk._end_span,
    "list": _Walk._end_list,
    "table": _Walk._end_table,
    "table-cell": _Walk._end_cell,
    "covered-table-cell": _Walk._end_cell,
    "note": _Walk._end_note,
    "annotation": _Walk._end_annotation,
}

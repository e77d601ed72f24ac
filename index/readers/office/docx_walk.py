"""A part of a Word document (its body, notes, headers) walked once, without recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from index.readers.office import docx_styles as props
from index.readers.office.blocks import SOFT_HYPHEN, Block, Draft, Look, Note
from index.readers.office.ooxml import local
from index.readers.office.symbols import symbol
from index.readers.office.tally import Tally, size

_CHARACTERS = {
    "tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n",
    "noBreakHyphen": "\u2011", "softHyphen": SOFT_HYPHEN,
}  # fmt: skip
# Nothing in these is shown as text: properties, which have no words at all, and others.
_PROPERTIES = frozenset(
    (
        "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "tblGrid", "tblPrEx",
        "pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange",
        "rubyPr", "oMathParaPr", "ctrlPr", "bodyPr", "spPr",
    )
)  # fmt: skip
_APART = frozenset(
    (
        "fldData", "delInstrText", "binData", "ffData", "permStart", "extLst", "posOffset",
        "align", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset", "lstStyle", "style",
        "imagedata", "OLEObject",
    )
)  # fmt: skip
_PAGE_NUMBER = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b", re.IGNORECASE)
_LINES = re.compile(r"[\t\r\n]+")  # in the XML's own layout: a space, as programs show it
_SCRIPTS = {"sup": "^", "sub": "_", "den": "/"}  # in a formula


@dataclass(slots=True)
class Context:
    """What the parts of one document share. ``refer`` gives the blocks of a diagram or chart."""

    looks: props.Looks
    default: Look
    refer: Callable[[str], tuple[str, tuple[Block, ...]] | None]
    notes: dict[tuple[str, str], Note] = field(default_factory=dict)  # by kind and id
    used: set[tuple[str, str]] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)


def blocks_of(root: etree._Element, context: Context) -> tuple[Block, ...]:
    """Notes go to ``context.notes``, the rest comes back."""
    context.tally.total += size("".join(root.itertext()))
    walk = _Walk(context)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        name = local(element.tag)
        if event == "end":
            walk.leave(name, element)
        elif walk.enter(name, element):
            events.skip_subtree()
    return walk.draft.close()


class _Walk:
    def __init__(self, context: Context) -> None:
        self.draft = Draft()
        self._context = context
        self._bold = False
        self._fields: list[list[str]] = []  # the instructions of those that are open
        self._is_page_number = False
        self._formulas: list[bool] = []

    def enter(self, name: str, element: etree._Element) -> bool:
        """Whether what is in the element is left out."""
        if name in _PROPERTIES:
            return True
        handler = _ENTER.get(name)
        if handler is not None:
            return handler(self, element)
        if name in _CHARACTERS:
            self.draft.write(_CHARACTERS[name], bold=True)
        elif name in _APART:
            self._leave_out(element)
            return True
        return False

    def leave(self, name: str, element: etree._Element) -> None:
        handler = _LEAVE.get(name)
        if handler is not None:
            handler(self, element)

    # -- paragraphs and what is in them ---------------------------------------------------

    def _paragraph(self, element: etree._Element) -> bool:
        properties = element[0] if len(element) and local(element[0].tag) == "pPr" else None
        context = self._context
        look = context.default
        if properties is not None and len(properties):
            look = props.of_paragraph(properties, context.looks, context.default)
        self.draft.begin(look)
        self._fields_end_here()
        return False

    def _end_paragraph(self, _: etree._Element) -> None:
        self.draft.end()
        self._fields_end_here()

    def _run(self, element: etree._Element) -> bool:
        first = element[0] if len(element) else None
        self._bold = self.draft.look.bold if first is not None else False
        if first is None or local(first.tag) != "rPr" or not len(first):
            return False
        bold = props.switch(first, "b")
        self._bold = self._bold if bold is None else bold
        if props.switch(first, "vanish"):
            self._context.tally.hidden += self._leave_out(element)
            return True
        return False

    def _text(self, element: etree._Element) -> bool:
        text = element.text or ""
        self._context.tally.told += size(text)
        if not self._is_page_number:
            self.draft.write(_LINES.sub(" ", text), self._bold)
        return False

    def _symbol(self, element: etree._Element) -> bool:
        try:
            code = int(props.attribute(element, "char"), 16)
        except ValueError:
            return False
        self.draft.write(symbol(code, props.attribute(element, "font")), self._bold)
        return False

    def _deleted(self, element: etree._Element) -> bool:
        self._context.tally.deleted += self._leave_out(element)
        return True

    def _skipped(self, element: etree._Element) -> bool:
        self._leave_out(element)
        return True

    def _leave_out(self, element: etree._Element) -> int:
        characters = size("".join(element.itertext()))
        self._context.tally.told += characters
        return characters

    # -- fields: an instruction, then its result -------------------------------------------

    def _field_mark(self, element: etree._Element) -> bool:
        kind = props.attribute(element, "fldCharType")
        if kind == "begin":
            self._fields.append([])
        elif kind == "separate" and self._fields:
            instruction = "".join(self._fields[-1])
            self._is_page_number = bool(_PAGE_NUMBER.match(instruction))
        elif kind == "end" and self._fields:
            self._fields.pop()
            self._is_page_number = False
        return False

    def _instruction(self, element: etree._Element) -> bool:
        if self._fields:
            self._fields[-1].append((element.text or "")[:200])
        return self._skipped(element)

    def _simple_field(self, element: etree._Element) -> bool:
        if _PAGE_NUMBER.match(props.attribute(element, "instr")):
            return self._skipped(element)
        return False

    def _fields_end_here(self) -> None:
        """A page's number ends with its paragraph, even where the file forgets to say so."""
        self._is_page_number = False

    # -- notes, boxes, alternatives --------------------------------------------------------

    def _note(self, element: etree._Element) -> bool:
        if props.attribute(element, "type") not in ("", "normal"):
            return self._skipped(element)  # the line between text and notes
        self.draft.open()
        return False

    def _end_note(self, element: etree._Element) -> None:
        kind = local(element.tag)
        if props.attribute(element, "type") in ("", "normal"):
            key = kind, props.attribute(element, "id")
            author = props.attribute(element, "author") or None
            self._context.notes[key] = Note(kind, self.draft.close(), author)

    def _reference(self, element: etree._Element) -> bool:
        kind = local(element.tag).removesuffix("Reference")
        key = kind, props.attribute(element, "id")
        note = self._context.notes.get(key)
        if note is not None and key not in self._context.used:
            self._context.used.add(key)
            self.draft.note(note)
        return False

    def _open(self, _: etree._Element) -> bool:
        self.draft.open()
        return False

    def _end_box(self, _: etree._Element) -> None:
        blocks = self.draft.close()
        self.draft.box("text box", blocks)

    def _alternatives(self, element: etree._Element) -> bool:
        """The same in several forms: the first that has words in it is read."""
        chosen = next((one for one in element if _has_words(one)), None)
        for one in list(element):
            if one is not chosen:
                self._leave_out(one)
                element.remove(one)
        return chosen is None

    def _referred(self, element: etree._Element) -> bool:
        """A diagram, chart or file that stands in a part of its own."""
        key = "dm" if local(element.tag) == "relIds" else "id"
        found = self._context.refer(props.attribute(element, key))
        if found is not None:
            self.draft.box(*found)
        return False

    # -- tables ----------------------------------------------------------------------------

    def _table(self, _: etree._Element) -> bool:
        self.draft.begin_table()
        return False

    def _row(self, element: etree._Element) -> bool:
        self.draft.begin_row()
        properties = props.child(element, "trPr")
        if properties is not None:
            if props.switch(properties, "tblHeader"):
                self.draft.name_columns()
            before = props.value(properties, "gridBefore")
            for _ in range(min(int(before[:4]), 64) if before.isdecimal() else 0):
                self.draft.cell(())
        return False

    def _end_cell(self, element: etree._Element) -> None:
        blocks = self.draft.close()
        properties = props.child(element, "tcPr")
        span = "" if properties is None else props.value(properties, "gridSpan")
        self.draft.cell(blocks, int(span[:3]) if span.isdecimal() else 1)

    def _end_table(self, _: etree._Element) -> None:
        self.draft.end_table()

    # -- formulas --------------------------------------------------------------------------

    def _script(self, element: etree._Element) -> bool:
        """In a row, as in "x^(2n)": a part of several characters stands in brackets."""
        wide = len("".join(element.itertext()).strip()) > 1
        self._formulas.append(wide)
        sign = _SCRIPTS.get(local(element.tag), "")
        self.draft.write(sign + ("(" if wide else ""), bold=True)
        return False

    def _end_script(self, _: etree._Element) -> None:
        if self._formulas.pop():
            self.draft.write(")", bold=True)


def _has_words(element: etree._Element) -> bool:
    return any(
        local(one.tag) in ("t", "relIds", "chart", "altChunk") for one in element.iter("{*}*")
    )


_ENTER: Mapping[str, Callable[[_Walk, etree._Element], bool]] = {
    "p": _Walk._paragraph,
    "r": _Walk._run,
    "t": _Walk._text,
    "sym": _Walk._symbol,
    "del": _Walk._deleted,
    "moveFrom": _Walk._deleted,
    "delText": _Walk._deleted,
    "rt": _Walk._skipped,
    "fldChar": _Walk._field_mark,
    "fldSimple": _Walk._simple_field,
    "instrText": _Walk._instruction,
    "footnote": _Walk._note,
    "endnote": _Walk._note,
    "comment": _Walk._note,
    "footnoteReference": _Walk._reference,
    "endnoteReference": _Walk._reference,
    "commentReference": _Walk._reference,
    "txbxContent": _Walk._open,
    "AlternateContent": _Walk._alternatives,
    "relIds": _Walk._referred,
    "chart": _Walk._referred,
    "altChunk": _Walk._referred,
    "tbl": _Walk._table,
    "tr": _Walk._row,
    "tc": _Walk._open,
    "num": _Walk._script,
    "den": _Walk._script,
    "sup": _Walk._script,
    "sub": _Walk._script,
}
_LEAVE: Mapping[str, Callable[[_Walk, etree._Element], None]] = {
    "p": _Walk._end_paragraph,
    "footnote": _Walk._end_note,
    "endnote": _Walk._end_note,
    "comment": _Walk._end_note,
    "txbxContent": _Walk._end_box,
    "tc": _Walk._end_cell,
    "tbl": _Walk._end_table,
    "num": _Walk._end_script,
    "den": _Walk._end_script,
    "sup": _Walk._end_script,
    "sub": _Walk._end_script,
}

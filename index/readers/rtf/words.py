"""The control words of RTF, acted on one after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from index.readers.office import styles
from index.readers.office.blocks import Block, Look, Note
from index.readers.office.symbols import symbol
from index.readers.rtf import codes
from index.readers.rtf.group import SILENT, TEXT
from index.readers.rtf.parse import Characters

_PAGE_NUMBER = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|SECTION)\b", re.IGNORECASE)
_SYMBOL = re.compile(r'\s*SYMBOL\s+(\d{1,5})(?:[^"]{0,20}\\f\s*"?([\w ]+))?', re.IGNORECASE)
_MATH_PROPERTIES = re.compile(r"m[a-zA-Z]*Pr")
_INSTRUCTION = 200  # characters of one that are looked at


class Reading(Characters):
    """``running`` are headers and footers, ``created`` year, month and day."""

    def __init__(self) -> None:
        super().__init__()
        self.running: list[tuple[str, tuple[Block, ...]]] = []
        self.title = ""
        self.created: dict[str, int] = {}
        self.objects = self.pictures = 0
        self._fields: list[str] = []  # instructions of those that are open
        self._author: str | None = None

    def act(self, word: str, value: int | None) -> None:
        starred, self.is_starred = self.is_starred, False
        self.objects += word == "objdata"
        self.pictures += word == "pict"
        is_unknown = starred and word not in codes.STARRED
        if is_unknown or word in codes.SILENT or _MATH_PROPERTIES.fullmatch(word):
            self.own().into = SILENT
        elif self.group.into != "skipped" or word == "ud":
            handler = _WORDS.get(word)
            if handler is not None:
                self.own()
                handler(self, value)

    # -- the head --------------------------------------------------------------------------

    def _document_page(self, value: int | None) -> None:
        self.fonts.page = self.group.page = codes.code_page(value or 1252)

    def _default_font(self, value: int | None) -> None:
        self.fonts.default = value or 0

    def _font_table(self, _: int | None) -> None:
        """The text that follows is in the default font until it says otherwise."""
        self.group.into = "fonts"
        self.group.closes = lambda: self.fonts.choose(self.fonts.default, self.outer())

    def _font(self, value: int | None) -> None:
        if self.group.into == "fonts":
            self.fonts.described = value or 0
            self.fonts.current.name = ""
        else:
            self.fonts.choose(value or 0, self.group)

    def _charset(self, value: int | None) -> None:
        if self.group.into == "fonts":
            self.fonts.set_charset(value or 0)

    def _font_page(self, value: int | None) -> None:
        if self.group.into == "fonts" and value:
            self.fonts.current.page = codes.code_page(value)

    def _style_sheet(self, _: int | None) -> None:
        """Each style is a group, begun by \\s and its number; that of plain text has none."""
        self.group.into = "styles"

    def _style(self, value: int | None) -> None:
        if self.group.into == "styles":
            self.group.into, self.group.closes = "style", self._end_style
            self.group.outline = None
        self.group.style = value or 0

    def _end_style(self) -> None:
        look = styles.by_name(self.take("style").split(";")[0])
        outline = self.group.outline
        if outline is not None and not look.level and look.kind is None:
            look = Look(outline + 1 if outline < 9 else 0)
        self.looks[self.group.style] = look

    def _info(self, _: int | None) -> None:
        self.group.into = "info"

    def _title(self, _: int | None) -> None:
        if self.group.into == "info":
            self.group.into, self.group.closes = "title", self._end_title

    def _end_title(self) -> None:
        self.title = self.take("title").strip()

    def _creation(self, _: int | None) -> None:
        if self.group.into == "info":
            self.group.into = "created"

    # -- paragraphs and characters ---------------------------------------------------------

    def _paragraph(self, _: int | None) -> None:
        self.end_paragraph()

    def _plain_paragraph(self, _: int | None) -> None:
        self.group.plain_paragraph()

    def _plain(self, _: int | None) -> None:
        self.group.bold = self.group.hidden = self.group.deleted = False
        self.fonts.choose(self.fonts.default, self.group)

    def _outline(self, value: int | None) -> None:
        self.group.outline = max(0, value or 0)

    def _list(self, value: int | None) -> None:
        self.group.in_list = bool(value)

    def _list_number(self, _: int | None) -> None:
        """The number or bullet as words: it is of no sentence, but says that this is a list."""
        self.group.into = SILENT
        self.outer().in_list = True

    def _bold(self, value: int | None) -> None:
        self.group.bold = value != 0

    def _hidden(self, value: int | None) -> None:
        self.group.hidden = value != 0

    def _deleted(self, value: int | None) -> None:
        self.group.deleted = value != 0

    def _fallback(self, value: int | None) -> None:
        self.group.fallback = min(max(0, 1 if value is None else value), 8)

    def _alternatives(self, _: int | None) -> None:
        """The same for old programs; behind it, in \\ud, for those that know Unicode."""
        if self.group.into == TEXT:
            self.group.into = "skipped"

    def _unicode_form(self, _: int | None) -> None:
        if self.group.into == "skipped":
            self.group.into = TEXT

    # -- tables ----------------------------------------------------------------------------

    def _in_table(self, _: int | None) -> None:
        self.group.depth = max(1, self.group.depth)

    def _depth(self, value: int | None) -> None:
        self.group.depth = max(0, value or 0)

    def _define_row(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.cells.define_row()

    def _end_cell(self, _: int | None) -> None:
        self._end_cell_at(1)

    def _end_nested_cell(self, _: int | None) -> None:
        self._end_cell_at(max(2, self.group.depth))

    def _end_cell_at(self, level: int) -> None:
        if self.group.into == TEXT:
            self.cells.end_cell(level)

    def _end_row(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.cells.end_row(1)

    def _end_nested_row(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.cells.end_row(max(2, self.group.depth))

    # -- fields, notes, boxes --------------------------------------------------------------

    def _field(self, _: int | None) -> None:
        if self.group.closes is None:
            self._fields.append("")
            self.group.closes = self._end_field

    def _end_field(self) -> None:
        self._fields.pop()

    def _instruction(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.words.pop("field", None)
            self.group.into, self.group.closes = "field", self._end_instruction

    def _end_instruction(self) -> None:
        text = self.take("field")[:_INSTRUCTION]
        if self._fields:
            self._fields[-1] = text
        sign = _SYMBOL.match(text)
        if sign:
            self.group.into = TEXT
            self.write(symbol(int(sign[1]), sign[2] or ""))

    def _result(self, _: int | None) -> None:
        instruction = self._fields[-1] if self._fields else ""
        if _PAGE_NUMBER.match(instruction) or _SYMBOL.match(instruction):
            self.group.into = SILENT

    def _footnote(self, _: int | None) -> None:
        if self.group.into == TEXT:
            group = self.group
            group.name = "footnote"
            self.apart(lambda blocks: self.draft.note(Note(group.name, blocks)))

    def _endnote(self, _: int | None) -> None:
        if self.group.name == "footnote":
            self.group.name = "endnote"

    def _author_begins(self, _: int | None) -> None:
        self.group.into, self.group.closes = "atnauthor", self._end_author

    def _end_author(self) -> None:
        self._author = self.take("atnauthor").strip() or None

    def _comment(self, _: int | None) -> None:
        if self.group.into == TEXT:
            author, self._author = self._author, None
            self.apart(lambda blocks: self.draft.note(Note("comment", blocks, author)))

    def _header(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.apart(lambda blocks: self.running.append(("header", blocks)))

    def _footer(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.apart(lambda blocks: self.running.append(("footer", blocks)))

    def _shape(self, _: int | None) -> None:
        if self.group.into == TEXT:
            self.group.into = "shape"

    def _box(self, _: int | None) -> None:
        if self.group.into == "shape":
            self.apart(lambda blocks: self.draft.box("text box", blocks))


def _part_of_date(word: str) -> Callable[[Reading, int | None], None]:
    def act(reading: Reading, value: int | None) -> None:
        if reading.group.into == "created":
            reading.created[word] = value or 0

    return act


_WORDS: Mapping[str, Callable[[Reading, int | None], None]] = {
    "ansicpg": Reading._document_page,
    "mac": lambda reading, _: reading._document_page(10000),
    "pc": lambda reading, _: reading._document_page(437),
    "pca": lambda reading, _: reading._document_page(850),
    "deff": Reading._default_font,
    "fonttbl": Reading._font_table,
    "f": Reading._font,
    "fcharset": Reading._charset,
    "cpg": Reading._font_page,
    "stylesheet": Reading._style_sheet,
    "s": Reading._style,
    "info": Reading._info,
    "title": Reading._title,
    "creatim": Reading._creation,
    "yr": _part_of_date("yr"),
    "mo": _part_of_date("mo"),
    "dy": _part_of_date("dy"),
    "par": Reading._paragraph,
    "sect": Reading._paragraph,
    "pard": Reading._plain_paragraph,
    "plain": Reading._plain,
    "outlinelevel": Reading._outline,
    "ls": Reading._list,
    "listtext": Reading._list_number,
    "pntext": Reading._list_number,
    "pn": Reading._list_number,
    "b": Reading._bold,
    "v": Reading._hidden,
    "deleted": Reading._deleted,
    "uc": Reading._fallback,
    "upr": Reading._alternatives,
    "ud": Reading._unicode_form,
    "intbl": Reading._in_table,
    "itap": Reading._depth,
    "trowd": Reading._define_row,
    "cell": Reading._end_cell,
    "nestcell": Reading._end_nested_cell,
    "row": Reading._end_row,
    "nestrow": Reading._end_nested_row,
    "field": Reading._field,
    "fldinst": Reading._instruction,
    "fldrslt": Reading._result,
    "footnote": Reading._footnote,
    "ftnalt": Reading._endnote,
    "atnauthor": Reading._author_begins,
    "annotation": Reading._comment,
    "shpinst": Reading._shape,
    "do": Reading._shape,
    "shptxt": Reading._box,
    "dptxbxtext": Reading._box,
} | {
    name + side: handler
    for name, handler in (("header", Reading._header), ("footer", Reading._footer))
    for side in ("", "l", "r", "f")
}

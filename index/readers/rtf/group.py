"""What holds in a group of RTF up to its closing brace, and the fonts that words are in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from index.readers.office.symbols import is_symbol_font
from index.readers.rtf import codes

_LONGEST_NAME = 100
TEXT, SILENT = "text", ""  # what a group's words are; others have names of their own


@dataclass
class Group:
    into: str = TEXT
    page: str = "cp1252"
    symbols: str = ""  # the name of a font of signs
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    fallback: int = 1  # characters after each \u, for programs that do not know it
    style: int = 0
    outline: int | None = None
    in_list: bool = False
    depth: int = 0  # in tables
    name: str = ""  # "footnote" or "endnote" of one
    closes: Callable[[], None] | None = None

    def inner(self) -> Group:
        """One within, for which the same holds; files have millions of them."""
        made = object.__new__(Group)
        made.__dict__.update(self.__dict__)
        made.closes = None
        return made

    def plain_paragraph(self) -> None:
        self.style, self.outline, self.in_list, self.depth = 0, None, False, 0


@dataclass(slots=True)
class Font:
    page: str | None = None
    is_symbols: bool = False
    name: str = ""


@dataclass(slots=True)
class Fonts:
    """By their numbers. ``described`` is the one that the font table is at."""

    default: int = 0
    page: str = "cp1252"  # of the document
    described: int = 0
    known: dict[int, Font] = field(default_factory=dict)

    @property
    def current(self) -> Font:
        return self.known.setdefault(self.described, Font())

    def name(self, text: str) -> None:
        if len(self.current.name) < _LONGEST_NAME:
            self.current.name += text

    def choose(self, number: int, group: Group) -> None:
        font = self.known.get(number, Font())
        name = font.name.split(";")[0].strip()
        group.page = font.page or self.page
        group.symbols = name if font.is_symbols or is_symbol_font(name) else ""

    def set_charset(self, number: int) -> None:
        self.current.page = codes.CHARSETS.get(number)
        self.current.is_symbols = number == codes.SYMBOL_CHARSET

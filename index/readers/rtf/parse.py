"""The tokens of RTF: groups and characters, in one pass over the bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from index.readers.office.blocks import Block, Draft, Look
from index.readers.office.symbols import symbol
from index.readers.office.tally import Tally, size
from index.readers.rtf import codes
from index.readers.rtf.group import SILENT, TEXT, Fonts, Group
from index.readers.rtf.tables import Cells

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,40})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}]+)|.",
    re.DOTALL,
)
_LINE_END = re.compile(rb"[\r\n\0]+")
_MOST_GROUPS = 500  # open at once; those within have no effect of their own
_KEPT = ("field", "style", "title", "atnauthor")  # of groups whose words are not text


class Characters:
    """Bytes and UTF-16 units on their way to the text, and the groups they stand in.

    ``draft`` gets the paragraphs, ``words`` those of other groups by their name.
    """

    def __init__(self) -> None:
        self.draft = Draft()
        self.cells = Cells(self.draft)
        self.fonts = Fonts()
        self.group = Group()
        self.stack: list[Group] = []  # a group in which nothing is set is the one around it
        self.looks: dict[int, Look] = {}  # of styles
        self.words: dict[str, list[str]] = {}
        self.tally = Tally()
        self.unknown = 0  # characters that are not in their code page
        self.warnings: list[str] = []
        self.is_starred = False  # the group is marked as one that old programs do not know
        self._is_first = False  # what comes is the first in its group
        self._is_ended = False
        self._too_deep = 0  # groups that are open within the last that counts
        self._end = 0  # of the last paragraph
        self._bytes = bytearray()
        self._units = bytearray()  # of UTF-16
        self._to_skip = 0  # characters that stand in for one of \u

    def run(self, data: bytes, control: Callable[[str, int | None], None]) -> None:
        """``control`` acts on the control words that are neither characters nor data."""
        at, match = 0, _TOKEN.match
        self._end = data.rfind(b"\\par")
        while (token := match(data, at)) is not None:
            at = token.end()
            word, number, code, sign, brace, text = token.groups()
            if text is not None:
                self._literal(text)
            elif code is not None:
                self._byte(int(code, 16))
            elif word is not None:
                value = int(number) if number is not None else None
                if word == b"bin":
                    at += max(0, value or 0)
                else:
                    self._word(word.decode("ascii"), value, control)
            elif sign is not None:
                self._sign(sign.decode("latin-1"))
            elif brace is not None and not self._brace(brace, at):
                break
        self._finish()

    # -- groups ----------------------------------------------------------------------------

    def _brace(self, brace: bytes, at: int) -> bool:
        """False where the document ends."""
        self.flush()
        self._to_skip = 0
        self._is_first, self.is_starred = brace == b"{", False
        if self._is_first:
            self._open_group()
        elif self._too_deep:
            self._too_deep -= 1
        elif len(self.stack) > 1:
            self._close_group()
        elif at < self._end:
            self._warn("its braces do not match: some text may stand in the wrong place")
        else:
            self._is_ended = True
        return not self._is_ended

    def _open_group(self) -> None:
        if len(self.stack) < _MOST_GROUPS:
            self.stack.append(self.group)
        else:
            self._too_deep += 1
            self._warn("it nests too deeply: some text may stand in the wrong place")

    def own(self) -> Group:
        """The innermost group, so that what is set in it does not hold outside."""
        if self.stack and self.group is self.stack[-1]:
            self.group = self.group.inner()
        return self.group

    def outer(self) -> Group:
        """The one around it, likewise."""
        if len(self.stack) > 1 and self.stack[-1] is self.stack[-2]:
            self.stack[-1] = self.stack[-1].inner()
        return self.stack[-1] if self.stack else self.group

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _close_group(self) -> None:
        if self.group is not self.stack[-1] and self.group.closes:
            self.group.closes()
        self.group = self.stack.pop()

    def _finish(self) -> None:
        self.flush()
        if not self._is_ended:
            self._warn("its end is missing: what comes before that was read")
        while self.stack:
            self._close_group()
        self.cells.close()

    def apart(self, closes: Callable[[tuple[Block, ...]], None]) -> None:
        """The group's paragraphs are those of a note, a box, a header."""
        outer = self.cells
        self.draft.open()
        self.cells = Cells(self.draft)

        def close() -> None:
            self.cells.close()
            self.cells = outer
            closes(self.draft.close())

        self.group.into, self.group.closes = TEXT, close
        self.group.plain_paragraph()

    # -- characters ------------------------------------------------------------------------

    def _literal(self, text: bytes) -> None:
        if self.group.into == SILENT:
            return
        text = _LINE_END.sub(b"", text)
        self._is_first = self._is_first and not text
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        if self._units and len(text) > skipped:
            self.flush()
        self._bytes += text[skipped:]

    def _byte(self, code: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self.group.into != SILENT:
            if self._units:
                self.flush()
            self._bytes.append(code)

    def _unicode(self, value: int) -> None:
        if self.group.into == SILENT:
            return
        if self._bytes:
            self.flush()
        self._units += (value & 0xFFFF).to_bytes(2, "little")
        self._to_skip = self.group.fallback

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self.is_starred = self._is_first
        elif self._to_skip:
            self._to_skip -= 1
        elif sign in "\r\n":
            self.end_paragraph()
        elif sign in codes.SIGNS:
            self.character(codes.SIGNS[sign])

    def _word(self, word: str, value: int | None, act: Callable[[str, int | None], None]) -> None:
        self._is_first = False
        if word == "u":
            self._unicode(value or 0)
            return
        self._to_skip = max(0, self._to_skip - 1)
        if self.group.into == SILENT:
            return
        self.flush()
        if word in codes.CHARACTERS:
            self.character(codes.CHARACTERS[word])
        else:
            act(word, value)

    def character(self, text: str) -> None:
        if self.group.into != SILENT:
            self.flush()
            self.write(text)

    def flush(self) -> None:
        """One of the two is empty."""
        if self._units:
            units = bytes(self._units)
            self._units.clear()
            self.write(self._signs(units.decode("utf-16-le", "replace")))
        if self._bytes:
            raw = bytes(self._bytes)
            self._bytes.clear()
            if self.group.symbols:
                self.write("".join(symbol(byte, self.group.symbols) for byte in raw))
            else:
                self.write(raw.decode(self.group.page, "replace"))

    def _signs(self, text: str) -> str:
        """Those of a font of signs stand in a part of Unicode that is left to each font."""
        font = self.group.symbols
        if not font:
            return text
        return "".join(
            symbol(ord(one), font) if "\uf000" <= one < "\uf100" else one for one in text
        )

    def write(self, text: str) -> None:
        group = self.group
        if group.into == "fonts":
            self.fonts.name(text)
        elif group.into in _KEPT:
            self.words.setdefault(group.into, []).append(text)
        elif group.into != TEXT:
            return
        elif group.deleted:
            self.tally.deleted += size(text)
        elif group.hidden:
            self.tally.hidden += size(text)
        elif not (self.cells.at_start and text.isspace()):
            if self.cells.at_start:
                self.cells.begin(group.depth, self._look())
            self.unknown += text.count("\ufffd")
            self.draft.write(text, group.bold)

    def end_paragraph(self) -> None:
        if self.group.into == TEXT:
            self.flush()
            self.cells.end_paragraph()

    def take(self, name: str) -> str:
        """The words of a group that has ended."""
        return "".join(self.words.pop(name, []))

    def _look(self) -> Look:
        group = self.group
        look = self.looks.get(group.style, Look())
        if group.outline is not None:
            look = replace(look, level=group.outline + 1 if group.outline < 9 else 0)
        if group.in_list and look.kind is None:
            look = replace(look, kind="list")
        return look

"""Tables of RTF, which says of each paragraph how deep in tables it stands, and where cells end."""

from __future__ import annotations

from index.readers.office.blocks import Draft, Look

_BEFORE_ROW, _IN_ROW, _IN_CELL = range(3)
_DEEPEST = 20


class Cells:
    """The tables that are open where text is written."""

    def __init__(self, draft: Draft) -> None:
        self.at_start = True  # of a paragraph
        self._draft = draft
        self._levels: list[int] = []
        self._is_row_defined = False

    def begin(self, depth: int, look: Look) -> None:
        """A paragraph. Some programs define a row and do not say that it stands in a table."""
        self._to(max(min(depth, _DEEPEST), int(self._is_row_defined)))
        self._draft.begin(look)
        self.at_start = False

    def end_paragraph(self) -> None:
        self._draft.end()
        self.at_start = True

    def define_row(self) -> None:
        if not self._levels:
            self.end_paragraph()
        self._is_row_defined = True

    def end_cell(self, level: int) -> None:
        self.end_paragraph()
        self._to(level)
        self._draft.cell(self._draft.close())
        self._levels[-1] = _IN_ROW

    def end_row(self, level: int) -> None:
        self.end_paragraph()
        self._is_row_defined = self._is_row_defined and level > 1
        if len(self._levels) < level:
            return
        while len(self._levels) > level:
            self._leave()
        self._close_cell()
        self._levels[-1] = _BEFORE_ROW

    def close(self) -> None:
        self.end_paragraph()
        while self._levels:
            self._leave()

    def _to(self, depth: int) -> None:
        while len(self._levels) > depth:
            self._leave()
        while len(self._levels) < depth:
            self._open_cell()
            self._draft.begin_table()
            self._levels.append(_BEFORE_ROW)
        self._open_cell()

    def _open_cell(self) -> None:
        if not self._levels or self._levels[-1] == _IN_CELL:
            return
        if self._levels[-1] == _BEFORE_ROW:
            self._draft.begin_row()
        self._draft.open()
        self._levels[-1] = _IN_CELL

    def _close_cell(self) -> None:
        """One whose end is not stated counts only if there is something in it."""
        if self._levels[-1] == _IN_CELL:
            blocks = self._draft.close()
            if blocks:
                self._draft.cell(blocks)

    def _leave(self) -> None:
        self._close_cell()
        self._draft.end_table()
        self._levels.pop()

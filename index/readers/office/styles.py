"""What the names of paragraph styles say, in any language that word processors speak."""

from __future__ import annotations

import re

from index.readers.office.blocks import Look

# Files keep the names of built-in styles in English; other programs write them as they show them.
_HEADING = re.compile(
    r"(?:heading|(?:ü|_c3_bc_|)berschrift|titre|t[íi]tulo|titolo|kop|rubrik|overskrift|otsikko|"
    r"nag[łl][óo]wek|nadpis|naslov|c[íi]msor|titlu|ba[şs]l[ıi]k|заголовок|επικεφαλίδα|"
    r"标题|標題|見出し|제목)[ _-]*(?:20_)?([1-9])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"title|titel|titre|t[íi]tulo|titolo|tytu[łl]|название|标题|標題|表題", re.I)
_CONTENTS = re.compile(
    r"(?:toc|contents|verzeichnis|inhaltsverzeichnis|index|user ?index)[ _]*(?:20_)?\d"
    r"|table of (?:figures|authorities)|(?:toc|contents) ?heading",
    re.IGNORECASE,
)
_LIST = re.compile(r"list (?:bullet|number)(?: \d)?", re.IGNORECASE)
_CAPTION = re.compile(r"caption|beschriftung|l[ée]gende|leyenda|didascalia", re.IGNORECASE)
_CODE = re.compile(r"html preformatted|preformatted text|source code|plain text code", re.I)


def by_name(name: str) -> Look:
    """The look of a style that is known only by its name, or by what its parents are called."""
    name = name.replace("_20_", " ").strip()
    heading = _HEADING.fullmatch(name)
    if heading:
        return Look(level=int(heading[1]))
    for pattern, kind in (
        (_CONTENTS, "navigation"), (_TITLE, "title"), (_LIST, "list"), (_CODE, "code"),
        (_CAPTION, "caption"),
    ):  # fmt: skip
        if pattern.fullmatch(name):
            return Look(kind=kind)
    return Look()

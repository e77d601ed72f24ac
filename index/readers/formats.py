"""The formats that are read, by the endings of files' names, and their version numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Format:
    """``module`` of this package reads it. ``version`` is raised when the same bytes give another
    text or other sections: homes that hold this format are then refused."""

    name: str
    title: str  # as a person calls it
    media_type: str
    endings: tuple[str, ...]
    module: str
    version: int = 1

    @property
    def mark(self) -> str:
        return f"{self.name}-{self.version}"


FORMATS = (
    Format("text", "plain text", "text/plain", (".txt", ".text"), "text", 6),
    Format("markdown", "Markdown", "text/markdown", (".md", ".markdown"), "markdown", 5),
    Format("pdf", "PDF", "application/pdf", (".pdf",), "pdf", 4),
    Format("docx", "a Word document", f"{_OFFICE}.wordprocessingml.document", (".docx", ".docm"),
           "office.docx", 4),
    Format("odt", "an OpenDocument text", "application/vnd.oasis.opendocument.text", (".odt",),
           "office.odt", 4),
    Format("rtf", "RTF", "application/rtf", (".rtf",), "rtf", 4),
    Format("html", "HTML", "text/html", (".html", ".htm"), "web.html", 5),
    Format("xhtml", "XHTML", "application/xhtml+xml", (".xhtml",), "web.html", 5),
    Format("epub", "an EPUB book", "application/epub+zip", (".epub",), "web.epub", 6),
    Format("mail", "a mail", "message/rfc822", (".eml",), "web.mail", 7),
    Format("mhtml", "a saved web page", "multipart/related", (".mhtml", ".mht"), "web.mail", 7),
    Format("pptx", "a presentation", f"{_OFFICE}.presentationml.presentation", (".pptx",),
           "office.pptx", 4),
    Format("xlsx", "a workbook", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx", ".xlsm"),
           "office.xlsx"),
    Format("csv", "CSV", "text/csv", (".csv",), "csv_rows"),
    Format("tsv", "TSV", "text/tab-separated-values", (".tsv",), "csv_rows"),
    Format("srt", "subtitles", "application/x-subrip", (".srt",), "subtitles"),
    Format("vtt", "subtitles", "text/vtt", (".vtt",), "subtitles"),
)  # fmt: skip
BY_NAME = {one.name: one for one in FORMATS}
_BY_ENDING = {ending: one for one in FORMATS for ending in one.endings}
_BY_MEDIA_TYPE = {one.media_type: one for one in FORMATS}


def format_of(name: str) -> Format | None:
    """The format that a file's ending stands for."""
    return _BY_ENDING.get(PurePath(name).suffix.casefold())


def endings() -> tuple[str, ...]:
    return tuple(_BY_ENDING)


# -- versions ---------------------------------------------------------------------------
# A home names the formats that it holds, "markdown-1;text-1": one that is added to those that are
# read, or whose number is raised, is no matter for homes without it.


def versions(formats: Iterable[Format] = FORMATS) -> str:
    return ";".join(sorted(one.mark for one in formats))


def with_types(stored: str, media_types: Iterable[str]) -> str:
    """What a home names, once it holds these too."""
    added = {_BY_MEDIA_TYPE[one].mark for one in media_types if one in _BY_MEDIA_TYPE}
    before = _marks(stored)
    return stored if added <= before else ";".join(sorted(added | before))


def are_within(stored: str, ours: str) -> bool:
    """Whether every format that a home holds is read as it was."""
    return _marks(stored) <= _marks(ours)


def _marks(versions: str) -> set[str]:
    return set(filter(None, versions.split(";")))

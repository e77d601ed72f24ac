"""The package that an Office document (.docx, .pptx, .xlsx) is: parts, relations, properties."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lxml import etree

from index.errors import ReadError
from index.readers.archive import Archive, open_archive, parse_xml

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAY = re.compile(r"\s*(\d{4}-\d\d-\d\d)")
_MOST_ELEMENTS = 3_000_000  # in one part: each takes a few hundred bytes of memory


@dataclass(frozen=True, slots=True)
class Relation:
    id: str
    kind: str  # the last word of its type: "footnotes", "image"
    name: str  # of the part; of what lies outside the package empty


class Package:
    """Names of parts are looked up as programs do: without regard to case and leading slashes."""

    def __init__(self, archive: Archive, main: str) -> None:
        self._archive = archive
        self._names = {_plain(name): name for name in archive.names}
        found = [one.name for one in self._relations("") if one.kind == "officeDocument"]
        self.main = next((name for name in (*found, main) if _plain(name) in self._names), "")
        if not self.main:
            raise ReadError(
                "is damaged, its main part is missing: save it again with its own program"
            )
        self.relations = tuple(self._relations(self.main))

    @property
    def names(self) -> tuple[str, ...]:
        return self._archive.names

    def xml(self, name: str) -> etree._Element | None:
        """The root of a part, without comments; None where there is no such part."""
        data = self.data(name)
        return None if data is None else xml(data)

    def data(self, name: str) -> bytes | None:
        known = self._names.get(_plain(name))
        return None if known is None else self._archive.read(known)

    def related(self, kind: str, part: str | None = None) -> Iterator[Relation]:
        """Relations of that kind of a part, the main one unless it is named."""
        relations = self.relations if part is None else self._relations(part)
        return (one for one in relations if one.kind == kind and one.name)

    def _relations(self, part: str) -> Iterator[Relation]:
        folder, _, name = part.rpartition("/")
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        for one in () if root is None else root:
            target = one.get("Target", "").replace("\\", "/")
            inside = one.get("TargetMode") != "External"
            full = posixpath.normpath(posixpath.join("/", folder, target)) if inside else ""
            kind = one.get("Type", "").rpartition("/")[2]
            yield Relation(one.get("Id", ""), kind, full.lstrip("/"))


def open_package(data: bytes, main: str, ending: str) -> Package:
    """``main``: the name that the main part has as a rule. Raises ReadError."""
    if data.startswith(_OLE2):
        if _ENCRYPTED in data:
            raise ReadError("is protected by a password: save it without one")
        raise ReadError(f"is of an old Office format: save it as {ending}")
    return Package(open_archive(data), main)


def xml(data: bytes) -> etree._Element:
    """XML without its comments, which would hide the text behind them. Raises ReadError."""
    if data.count(b"<") > 2 * _MOST_ELEMENTS:
        raise ReadError(f"has more than {_MOST_ELEMENTS:,} elements in its XML: split it")
    root = parse_xml(data)
    if b"<!--" in data or data.count(b"<?") > 1:
        etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
        root = parse_xml(etree.tostring(root))  # with each text in one piece again
    return root


def day(text: str) -> str | None:
    """The day of a date and time, unless there is none such or it is of the kind that programs
    write for "unknown"."""
    match = _DAY.match(text)
    try:
        found = date.fromisoformat(match[1]).isoformat() if match else ""
    except ValueError:  # 30 February
        return None
    return found if "1980-01-01" < found < "2100" else None


def local(tag: object) -> str:
    """An element's name without its namespace: the same in all versions of a format."""
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)  # a document has few
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()

"""OpenDocument texts (.odt): the XML walked once, for libraries leave out too much of it.

Tracked deletions are not text; text boxes, notes and comments are; headers and footers come
once, at the end.
"""

from __future__ import annotations

from lxml import etree

from index.errors import ReadError
from index.readers.archive import Archive, open_archive
from index.readers.office.odt_styles import Styles
from index.readers.office.odt_walk import blocks_of
from index.readers.office.ooxml import local, xml
from index.readers.office.pour import Pour
from index.readers.office.properties import stated
from index.readers.office.tally import Tally
from index.structure.builder import Builder
from index.types import Parsed

_MANIFEST = "META-INF/manifest.xml"


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The text and its sections; places are named "paragraph 12", "table 2, row 3". Raises
    ReadError."""
    archive = open_archive(data)
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise ReadError("is protected by a password: save it without one")
    if "content.xml" not in archive:
        raise ReadError("is damaged, its main part is missing: save it again with its own program")
    warnings: list[str] = []
    content = xml(archive.read("content.xml"))
    shared = _part(archive, "styles.xml", warnings)
    styles = Styles(root for root in (shared, content) if root is not None)
    tally = Tally()
    build = Builder()
    pour = Pour(build)
    for body in content.iterfind("{*}body"):
        pour.body(blocks_of(body, styles, tally))
    for kind, element in _running(shared):
        pour.running(kind, blocks_of(element, styles, tally))
    title, date = stated(_part(archive, "meta.xml", warnings))
    warnings += [*tally.warnings(), *_unread(archive)]
    return build.finish(title=title or pour.title, date=date, warnings=warnings)


def _part(archive: Archive, name: str, warnings: list[str]) -> etree._Element | None:
    """A part besides the main one; it may be damaged without harm to that."""
    if name not in archive:
        return None
    try:
        return xml(archive.read(name))
    except ReadError as error:
        warnings.append(f"a part of it ({name}) was not read: it {error}")
        return None


def _running(root: etree._Element | None) -> list[tuple[str, etree._Element]]:
    pages = [] if root is None else list(root.iter("{*}master-page"))
    parts = [(local(one.tag).split("-")[0], one) for page in pages for one in page]
    return [(kind, one) for kind in ("header", "footer") for name, one in parts if name == kind]


def _unread(archive: Archive) -> list[str]:
    """Formulas, charts and sheets in a folder of their own."""
    found = {name.split("/")[0] for name in archive.names if name.startswith("Object ")}
    names = sorted(found)
    return [f"objects in it were not read: {', '.join(names[:5])}"] if names else []

"""The files to begin with: small ones of a folder, made such that a change of them gets far."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import made
from tests.fuzz.harness import READERS
from tests.fuzz.packages import pack, unpack

FOLDER = Path(__file__).parents[2] / "../shared/data/fixtures"
_LARGEST = 60_000  # bytes
_LARGEST_UNPACKED = 120_000  # bytes, of what is left of an archive
_LARGEST_PACKED = 400_000  # bytes, with the pictures that are left out
_MOST = 80  # files
_NEEDLESS = re.compile(r"theme|fontTable|webSettings|printerSettings|thumbnail|tableStyles")
_LAYOUT = re.compile(r"ppt/slideLayouts/(?:_rels/)?(slideLayout\d+)\.xml")
_SAYS = re.compile(r"(?:\.(?:xml|rels|opf|ncx|x?html?|vml)|^mimetype)\Z")
_STREAM = re.compile(rb"<<((?:(?!stream|endobj).)*?)>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def seeds(reader: str, folder: Path = FOLDER) -> list[bytes]:
    """The made files, and the smaller ones of the folder, smallest first; each once."""
    endings = tuple(ending for one in READERS[reader] for ending in one.endings)
    found = made.files(reader)
    if folder.is_dir():
        found += sorted(_files(folder, endings), key=len)
    ready = dict.fromkeys(_prepared(one) for one in found)
    return [one for one in ready if 0 < len(one) <= _limit(one)][:_MOST]


def _limit(data: bytes) -> int:
    return _LARGEST_UNPACKED if data.startswith(b"PK\x03\x04") else _LARGEST


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        name = path.name.casefold().removesuffix(".gz")
        if name.endswith(endings) and path.is_file() and path.stat().st_size <= _LARGEST_PACKED:
            data = path.read_bytes()
            yield gzip.decompress(data) if path.suffix == ".gz" else data


def _prepared(data: bytes) -> bytes:
    parts = unpack(data) if data.startswith(b"PK\x03\x04") else {}
    if parts:
        said = {name: part if _SAYS.search(name) else b"" for name, part in parts.items()}
        return pack({name: part for name, part in said.items() if not _is_needless(name, parts)})
    return _unpacked(data) if data.startswith(b"%PDF") else data


def _is_needless(name: str, parts: dict[str, bytes]) -> bool:
    """Fonts, themes; and the layouts that no slide has, which are most of a presentation."""
    layout = _LAYOUT.search(name)
    if layout is None:
        return _NEEDLESS.search(name) is not None
    used = (part for one, part in parts.items() if one.startswith("ppt/slides/_rels/"))
    return not any(b"/" + layout[1].encode() + b'.xml"' in part for part in used)


def _unpacked(pdf: bytes) -> bytes:
    """With its text as it can be read. The table of places is wrong then, and made again by
    whoever opens the file."""

    def plain(found: re.Match[bytes]) -> bytes:
        about, stream = found[1], found[2]
        if b"/FlateDecode" not in about or re.search(rb"/(?:ObjStm|XRef|Image|Predictor)", about):
            return found[0]
        try:
            stream = zlib.decompressobj().decompress(stream)
        except zlib.error:
            return found[0]
        about = re.sub(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])", b"", about)
        about = re.sub(rb"/Length\s+\d+(?:\s+\d+\s+R)?", b"/Length %d" % len(stream), about)
        return b"<<%s>>stream\n%s\nendstream" % (about, stream)

    return _STREAM.sub(plain, pdf)

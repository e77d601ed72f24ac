"""ZIP archives that office files and books are, and the XML in them: checked before it is read.

Nothing is ever written to disk, so the names in an archive are only names.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from index.errors import ReadError

MAX_ENTRIES = 2_000
MAX_UNPACKED = 50_000_000  # bytes, of all entries together
MAX_RATIO = 100  # unpacked to packed, of the whole
_SMALL = 1_000_000  # bytes unpacked that no ratio is asked for
_CHUNK = 1 << 16
_ENTRY = b"PK\x01\x02"  # what each entry of the list at an archive's end begins with
_HEADER_SIZE = 30  # of the header before an entry's data, without name and extra field
_ENCRYPTED = 0x1 | 0x40
_AGAIN = "save it again with the program it comes from"
_DAMAGED = f"is damaged or was cut off: {_AGAIN}, or copy it again"
_DTD = f"has a document type definition (DTD) or entities in its XML, not read: {_AGAIN}"


class Archive:
    """What is in a ZIP archive, by name. Give the same name once: what is read counts."""

    def __init__(self, file: ZipFile, entries: Sequence[ZipInfo]) -> None:
        self._file = file
        self._entries = {one.filename: one for one in entries}
        self._unpacked: dict[str, int] = {}  # bytes, by name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Raises ReadError for what is damaged or too large, KeyError for what is not there."""
        entry = self._entries[name]
        unpacked = bytearray()
        others = sum(size for one, size in self._unpacked.items() if one != name)
        try:
            with self._file.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    unpacked += chunk
                    _check_size(others + len(unpacked))
        except (BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise ReadError(_DAMAGED) from error
        self._unpacked[name] = len(unpacked)
        return bytes(unpacked)


def open_archive(data: bytes) -> Archive:
    """A ZIP archive whose list of entries was checked. Raises ReadError.

    After that a library may open the same bytes: no entry gives more than its header says.
    """
    if data.count(_ENTRY) > MAX_ENTRIES:  # before a long list is made into objects
        raise ReadError(f"has more than {MAX_ENTRIES:,} entries in it: split it")
    try:
        file = ZipFile(io.BytesIO(data))
    except (BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise ReadError(_DAMAGED) from error
    # By the name: ZipInfo.is_dir() fails for one that is empty.
    entries = [one for one in file.infolist() if not one.filename.endswith("/")]
    if any(one.flag_bits & _ENCRYPTED for one in entries):
        raise ReadError("is protected by a password: save it without one")
    if any(one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in entries):
        raise ReadError(f"is packed by a method that is not read: {_AGAIN}")
    unpacked = sum(one.file_size for one in entries)
    _check_size(unpacked)
    if unpacked > max(_SMALL, MAX_RATIO * len(data)):
        raise ReadError(
            f"unpacks to more than {MAX_RATIO} times its size, as files made to harm do: {_AGAIN}"
        )
    _refuse_doubles(entries)
    _refuse_overlaps(file.infolist(), data, file.start_dir)
    return Archive(file, entries)


def _check_size(unpacked: int) -> None:
    if unpacked > MAX_UNPACKED:
        raise ReadError(f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB: split it")


def _refuse_doubles(entries: Iterable[ZipInfo]) -> None:
    """Two contents under one name: programs differ in which of them they show."""
    seen: dict[str, tuple[int, int]] = {}
    for one in entries:
        content = one.CRC, one.file_size
        if seen.setdefault(one.filename, content) != content:
            raise ReadError(f"has two different entries of one name in it: {_AGAIN}")


def _refuse_overlaps(entries: Sequence[ZipInfo], data: bytes, end: int) -> None:
    """Entries that share bytes: small archives that unpack to very much are made so."""
    places = sorted((one.header_offset, _end(one, data)) for one in entries)
    if any(stop > after for (_, stop), (after, _) in pairwise([*places, (end, end)])):
        raise ReadError(f"has entries in it that lie over each other: {_AGAIN}")


def _end(entry: ZipInfo, data: bytes) -> int:
    """Where an entry's data end, by its own header, whose extra field has a length of its own."""
    header = data[entry.header_offset : entry.header_offset + _HEADER_SIZE]
    if entry.header_offset < 0 or len(header) < _HEADER_SIZE:
        raise ReadError(_DAMAGED)
    name, extra = struct.unpack_from("<HH", header, 26)
    return int(entry.header_offset + _HEADER_SIZE + name + extra + entry.compress_size)


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML document. Raises ReadError; refuses any DTD, and with it any entity.

    Elements nest at most 256 deep and no text has over 10 MB, by libxml2's own limits.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, recover=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(_xml_reason(str(error))) from error
    about = root.getroottree().docinfo
    if about.doctype or about.internalDTD is not None:
        raise ReadError(_DTD)
    return root


def _xml_reason(error: str) -> str:
    if "depth" in error:
        return f"nests its parts too deeply to be read: {_AGAIN}"
    return _DTD if "ntity" in error else _DAMAGED

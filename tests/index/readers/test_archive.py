"""Archives that were made to harm are refused before anything in them is read."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable

import pytest

from index.errors import ReadError
from index.readers import archive
from index.readers.archive import open_archive, parse_xml

END = b"PK\x05\x06"
ENTRY = b"PK\x01\x02"


def zipped(
    entries: dict[str, bytes] | list[tuple[str, bytes]],
    packed: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    pairs = entries.items() if isinstance(entries, dict) else entries
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as file:
        for name, data in pairs:
            file.writestr(name, data)
    return out.getvalue()


def patched(data: bytes, sign: bytes, offset: int, value: bytes, which: int = 0) -> bytes:
    """With other bytes behind the n-th ``sign``."""
    at = -1
    for _ in range(which + 1):
        at = data.index(sign, at + 1)
    at += offset
    return data[:at] + value + data[at + len(value) :]


def test_what_is_in_it_by_name() -> None:
    names = ["a.xml", "../../etc/passwd", "/root", "C:\\x\\y", "b/ü😀.xml", "folder/"]
    found = open_archive(zipped({name: name.encode() * 9 for name in names}))
    assert found.names == tuple(names[:-1])
    for name in names[:-1]:
        assert name in found
        assert found.read(name) == name.encode() * 9
        assert found.read(name) == name.encode() * 9  # counted once
    assert "nothing" not in found
    with pytest.raises(KeyError):
        found.read("nothing")


def test_an_entry_without_a_name_is_no_folder_and_hurts_nothing() -> None:
    data = zipped({"a.xml": b"A", "?": b"B"}, zipfile.ZIP_STORED).replace(b"?", b"\0")
    found = open_archive(data)
    assert found.names == ("a.xml", "")
    assert found.read("a.xml") == b"A"
    assert found.read("") == b"B"


def test_the_entry_before_counts_too_for_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = open_archive(zipped({"a": b"x" * 600, "b": b"y" * 600}))
    monkeypatch.setattr(archive, "MAX_UNPACKED", 1_000)
    assert len(found.read("a")) == len(found.read("a")) == 600
    with pytest.raises(ReadError, match="unpacks to more than"):
        found.read("b")


def many() -> bytes:
    return zipped({f"{number}": b"" for number in range(2_001)}, zipfile.ZIP_STORED)


def large() -> bytes:
    return zipped({"a": b"x" * 25_000_000, "b": b"y" * 25_000_001})


def dense() -> bytes:
    return zipped({"a": b"\0" * 1_000_001})


def locked() -> bytes:
    data = zipped({"a": b"abc"})
    return patched(patched(data, ENTRY, 8, b"\x01\0"), b"PK\x03\x04", 6, b"\x01\0")


def lying() -> bytes:
    """The headers tell of three bytes, the data of many."""
    data = zipped({"a": b"\0" * 3_000_000})
    small = struct.pack("<I", 3)
    return patched(patched(data, ENTRY, 24, small), b"PK\x03\x04", 22, small)


def overlapping() -> bytes:
    """Two entries with the data of one."""
    data = zipped({"aa": b"x" * 9, "bb": b"y" * 9})
    return patched(data, ENTRY, 42, struct.pack("<I", 0), which=1)


def into_the_list() -> bytes:
    """An entry whose data go on into the list of entries."""
    data = zipped({"aa": b"x" * 9}, zipfile.ZIP_STORED)
    size = struct.pack("<II", 200, 200)
    return patched(patched(data, ENTRY, 20, size), b"PK\x03\x04", 18, size)


def quoted() -> bytes:
    """Each entry's data are the headers of those after it, and the same last piece at the end."""
    kernel = zlib.compress(b"\0" * 1_000)[2:-4]
    local = [struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(kernel) + 60 * (9 - n),
                         1_000, 1, 0) + b"%d" % n for n in range(10)]  # fmt: skip
    body, starts = b"", []
    for one in local:
        starts.append(len(body))
        body += one
    body += kernel
    listed = b"".join(
        struct.pack("<4s6H3I5H2I", ENTRY, 20, 20, 0, 8, 0, 0, 0, len(body) - starts[n] - 31, 1_000,
                    1, 0, 0, 0, 0, 0, starts[n]) + b"%d" % n for n in range(10)
    )  # fmt: skip
    end = struct.pack("<4s4H2IH", END, 0, 0, 10, 10, len(listed), len(body), 0)
    return body + listed + end


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([("a", b"one"), ("a", b"two")])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (many, "more than 2,000 entries"),
        (large, "unpacks to more than 50 MB"),
        (dense, "more than 100 times its size"),
        (locked, "protected by a password"),
        (overlapping, "lie over each other"),
        (into_the_list, "lie over each other"),
        (quoted, "lie over each other"),
        (twice, "two different entries of one name"),
        (lambda: zipped({"a": b"abc"}, zipfile.ZIP_LZMA), "method that is not read"),
        (lambda: zipped({"a": b"abc"}, zipfile.ZIP_BZIP2), "method that is not read"),
        (lambda: zipped({"a": b"abc" * 99})[:-30], "damaged or was cut off"),
        (lambda: b"PK\x03\x04", "damaged or was cut off"),
        (lambda: b"", "damaged or was cut off"),
    ],
)
def test_what_is_refused(make: Callable[[], bytes], reason: str) -> None:
    data = make()
    start = time.monotonic()
    with pytest.raises(ReadError, match=reason):
        open_archive(data)
    assert time.monotonic() - start < 5


def test_a_header_that_tells_less_than_there_is() -> None:
    found = open_archive(lying())
    with pytest.raises(ReadError, match="damaged"):
        found.read("a")


def test_every_cut_and_every_changed_byte_is_read_or_refused() -> None:
    data = zipped({"a.xml": b"<a>text</a>", "b": b"x" * 300})
    changed = [data[:at] for at in range(len(data))]
    changed += [
        data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        for at in range(len(data))
        for bit in (1, 0x80, 0xFF)
    ]
    refused = 0
    for one in changed:
        try:
            found = open_archive(one)
            for name in found.names:
                found.read(name)
        except ReadError:
            refused += 1
    assert refused > len(data)  # all that were cut, and some more


# -- XML ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_xml_in_any_encoding(encoding: str) -> None:
    named = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{named}"?><a b="1">é<c/></a>'
    root = parse_xml(text.encode(encoding))
    assert (root.tag, root.text, root.get("b"), len(root)) == ("a", "é", "1", 1)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DTDS = [
    "<!DOCTYPE a><a/>",
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
    f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a b="&l9;"/>',
    '<!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "&x;">]><a>&x;</a>',
    f'<!DOCTYPE a [<!ENTITY x "{"x" * 100_000}">]><a>{"&x;" * 100_000}</a>',
    '<!-- <a> --><?pi?><!DOCTYPE a [<!ATTLIST a b CDATA "x">]><a/>',
    "<a>&nbsp;</a>",
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("text", DTDS, ids=range(len(DTDS)))
def test_any_dtd_is_refused(text: str, encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    with pytest.raises(ReadError, match="DTD"):
        parse_xml(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<a>" * 300_000, "nests its parts too deeply"),
        (b"<a>" + b"<!--" * 1_000_000, "damaged"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "damaged"),
        (b"", "damaged"),
        (b"\0\xff\xfe", "damaged"),
        (b'<?xml version="1.0" encoding="nothing"?><a/>', "damaged"),
    ],
)
def test_what_is_no_xml(data: bytes, reason: str) -> None:
    start = time.monotonic()
    with pytest.raises(ReadError, match=reason):
        parse_xml(data)
    assert time.monotonic() - start < 5

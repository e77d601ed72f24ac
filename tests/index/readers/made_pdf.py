"""Small PDFs written by hand: text in Helvetica at given places, pages, outline, metadata."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 800
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass(frozen=True)
class Text:
    """``font``: F1 plain, F2 bold, F3 plain with the ligatures fi and fl and a soft hyphen as
    codes 1 to 3."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "F1"


@dataclass(frozen=True)
class Page:
    texts: Sequence[Text] = ()
    rotate: int = 0
    has_picture: bool = False
    extra: bytes = b""  # more of its dictionary
    box: tuple[float, float, float, float] = (0, 0, WIDTH, HEIGHT)


def lines(x: float, y: float, texts: Sequence[str], *, size: float = 10, step: float = 12,
          font: str = "F1") -> list[Text]:  # fmt: skip
    """Lines under one another from ``y`` down."""
    return [Text(x, y - i * step, text, size, font) for i, text in enumerate(texts)]


def pdf(
    pages: Sequence[Page],
    info: dict[str, str] | None = None,
    outline: Sequence[tuple[str, int]] = (),
    password: str | None = None,
) -> bytes:
    """``outline``: titles with the page, from 0. With a ``password`` the file asks for it; an
    empty one encrypts it all the same."""
    objects: list[bytes] = [b""] * 6  # 1 catalogue, 2 pages, 3 and 4 and 6 fonts, 5 information
    kids = []
    for page in pages:
        content = _content(page)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Rotate %d/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R/F3 6 0 R>>>>%s>>"
            % (" ".join(map(str, page.box)).encode(), page.rotate, len(objects), page.extra)
        )
        kids.append(len(objects))
    first = len(objects) + 1
    if outline:
        objects.append(b"")
    for number, (title, at) in enumerate(outline):
        here = first + 1 + number
        following = b"/Next %d 0 R" % (here + 1) if number + 1 < len(outline) else b""
        objects.append(
            b"<</Title %s/Parent %d 0 R/Dest[%d 0 R/Fit]%s>>"
            % (_string(title), first, kids[at], following)
        )
    catalogue = b""
    if outline:
        last = first + len(outline)
        objects[first - 1] = b"<</First %d 0 R/Last %d 0 R/Count %d>>" % (
            first + 1, last, len(outline),
        )  # fmt: skip
        catalogue = b"/Outlines %d 0 R" % first
    objects[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (refs, len(kids))
    for at, name in ((2, b"Helvetica"), (3, b"Helvetica-Bold")):
        objects[at] = b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % name
    objects[5] = (
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
        b"/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[1/fi/fl/sfthyphen]>>>>"
    )
    stated = b"".join(b"/%s %s" % (k.encode(), _string(v)) for k, v in (info or {}).items())
    objects[4] = b"<<%s>>" % stated
    return _file(objects, password)


def _content(page: Page) -> bytes:
    drawn = [
        b"BT /%s %g Tf %g %g Td %s Tj ET"
        % (one.font.encode(), one.size, one.x, one.y, _string(one.text))
        for one in page.texts
    ]
    if page.has_picture:
        drawn.append(b"q 500 0 0 700 50 50 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x80 EI Q")
    return b"\n".join(drawn)


def _string(text: str) -> bytes:
    plain = text.encode("cp1252")
    return b"(%s)" % plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: list[bytes], password: str | None) -> bytes:
    trailer = b"/Root 1 0 R/Info 5 0 R"
    if password is not None:
        key, extra, entry = _encryption(password)
        objects = [_encrypted(one, number, key) for number, one in enumerate(objects, 1)]
        objects.append(entry)
        trailer += b"/Encrypt %d 0 R%s" % (len(objects), extra)
    out = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, one in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def _encryption(password: str) -> tuple[bytes, bytes, bytes]:
    """The standard handler, revision 2 (RC4, 40 bits): key, trailer entry, dictionary."""
    padded = (password.encode() + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    rights, identity = -4, b"0123456789abcdef"
    seed = padded + owner + rights.to_bytes(4, "little", signed=True) + identity
    key = hashlib.md5(seed).digest()[:5]
    entry = b"<</Filter/Standard/V 1/R 2/Length 40/P %d/O<%s>/U<%s>>>" % (
        rights, owner.hex().encode(), _rc4(key, _PADDING).hex().encode(),
    )  # fmt: skip
    return key, b"/ID[<%s><%s>]" % (identity.hex().encode(), identity.hex().encode()), entry


def _encrypted(one: bytes, number: int, key: bytes) -> bytes:
    """Only streams: the strings of these files are in them, or left out."""
    if b"stream\n" not in one:
        return one if number != 5 else b"<<>>"
    head, body = one.split(b"stream\n", 1)
    body = body.removesuffix(b"\nendstream")
    own = hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10]
    return head + b"stream\n" + _rc4(own, body) + b"\nendstream"


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def scan(pictures: Sequence[bytes]) -> bytes:
    """A PDF whose pages are nothing but these grey pictures (PGM), over all of the page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"null", b"null", b"<<>>"]
    kids = []
    for picture in pictures:
        _, size, _, pixels = picture.split(b"\n", 3)
        width, height = map(int, size.split())
        packed = zlib.compress(pixels)
        content = b"q %d 0 0 %d 0 0 cm /I Do Q" % (WIDTH, HEIGHT)
        objects += [
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
            b"/BitsPerComponent 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
            % (width, height, len(packed), packed),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</XObject<</I %d 0 R>>>>>>"
            % (WIDTH, HEIGHT, len(objects) + 2, len(objects) + 1),
        ]
        kids.append(len(objects))
    refs = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (refs, len(kids))
    return _file(objects, None)

"""Bytes to text where a page or a mail says in which encoding it is."""

from __future__ import annotations

import codecs

from index.readers.decode import Decoded, decode

_MARKS = (codecs.BOM_UTF8, b"\xff\xfe", b"\xfe\xff")
_HEAD = 4096
_SEVEN_BITS = ("iso2022", "hz")  # are ASCII, and so UTF-8, to look at
_NO_TEXT = ("utf", "idna", "punycode", "raw", "unicode", "undefined", "mbcs", "oem")
_AS_BROWSERS_DO = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip


def decode_declared(data: bytes, declared: str | None) -> Decoded:
    """By the byte order mark, else as declared, else by a guess. Raises ReadError.

    Bytes that are UTF-8 are read as that, whatever else is declared.
    """
    named = codec(declared)
    is_marked = data.startswith(_MARKS) or b"\0" in data[:_HEAD]
    if named is None or is_marked or (_is_utf8(data) and not named.startswith(_SEVEN_BITS)):
        return decode(data)
    text = data.decode(named, "replace")
    bad = text.count("\ufffd")
    if bad > 0.01 * len(text) and bad > 3:
        found = decode(data)
        return Decoded(found.text, (f"it is not {named}, as it says", *found.warnings))
    warning = f"{bad:,} bytes are not {named}, as it says they are; they are shown as \ufffd"
    return Decoded(decode(text.encode()).text, (warning,) if bad else ())


def codec(name: str | None) -> str | None:
    """The codec that browsers take for a name; None for Unicode's own, which are told by looking,
    and for those that are no text."""
    shown = (name or "").strip().strip("\"'")
    try:
        found = codecs.lookup(shown)
        "".encode(shown)
    except (LookupError, ValueError):
        return None
    return None if found.name.startswith(_NO_TEXT) else _AS_BROWSERS_DO.get(found.name, found.name)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

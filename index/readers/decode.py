"""Bytes to text: which encoding, and is it text at all."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from index.errors import ReadError

_BOMS = (  # UTF-32 LE begins with the mark of UTF-16 LE, so it comes first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b") + b"\x7f"
_LATIN = ["cp1250", "cp1254", "cp1257", "cp1258"]  # cp1252 is tried before all of these
_OTHER = ["cp1251", "cp1253", "cp1255", "cp1256", "koi8_r", "cp866", "cp874"]
_OTHER += ["cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949"]
_SAMPLE = 1 << 16
_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_UNREADABLE = re.compile("[\0\ud800-\udfff]")
_SYMBOL_IN_WORD = re.compile(  # "za³oga": what other Latin pages look like in windows-1252
    r"(?<=[^\W\d_])[\xa1-\xa9\xab\xac\xae-\xb3\xb6\xb8\xb9\xbb-\xbf\xd7\xf7†‡‰‹›™](?=[^\W\d_])"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a file: without its byte order mark, line ends as they are.

    NUL and lone surrogates become U+FFFD. Raises ReadError for an empty or a binary file.
    """
    decoded = _decode(data)
    text = _UNREADABLE.sub("\ufffd", decoded.text)
    if not text.strip(" \t\r\n\f\v\u200b\ufeff") or text.isspace():
        raise ReadError("the file is empty: put text into it, or remove it from the folder")
    return Decoded(text, decoded.warnings)


def _decode(data: bytes) -> Decoded:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _with_mark(data[len(mark) :], encoding)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        warning = f"no byte order mark; read as {unmarked.upper()}"
        return Decoded(data.decode(unmarked, "replace"), (warning,))
    _refuse_binary(data)
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _guess(data)


def _with_mark(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError:
        if encoding == "utf-8":
            _refuse_binary(data)
            return _guess(data)
        text = data.decode(encoding, "replace")
        return Decoded(text, (f"some bytes are not {encoding.upper()}; they are shown as \ufffd",))


def _utf16_without_mark(data: bytes) -> str | None:
    """In UTF-16 the NULs, at least those of the spaces, all stand at odd or all at even places."""
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    even = sample[0::2].count(0) / half
    odd = sample[1::2].count(0) / half
    if len(data) % 2 or max(even, odd) < 0.05 or min(even, odd) > 0.001:
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    text = sample.decode(encoding, "replace")
    control = len(_CONTROL_CHARACTER.findall(text))
    return encoding if control < 0.02 * len(text) else None


def _refuse_binary(data: bytes) -> None:
    control = len(data) - len(data.translate(None, _CONTROL))
    if control > 0.02 * len(data):
        raise ReadError(
            "the file looks like a binary file, not text: "
            "save it as text (UTF-8), or give it the ending of its real format"
        )


def _guess(data: bytes) -> Decoded:
    encoding = _western(data) or _best_guess(data)
    text = data.decode(encoding, "replace")
    shown = encoding.replace("_", "-").replace("cp125", "windows-125").replace("cp932", "Shift-JIS")
    warning = f"not UTF-8; read as {shown}"
    if "\ufffd" in text:
        warning += "; bytes that it does not know are shown as \ufffd"
    return Decoded(text, (warning,))


def _western(data: bytes) -> str | None:
    """windows-1252 where the bytes over 127 stand alone among ASCII letters, as accents do.

    A statistical guess needs more text than a note with one "café" has.
    """
    sample = _sample(data)
    letters = sum(1 for byte in sample if byte < 128 and chr(byte).isalpha())
    high = sum(map(len, _HIGH.findall(sample)))
    if _long_runs(sample) > 0.1 or (letters < 2 * high and high > 2):
        return None
    text = sample.decode("cp1252", "replace")
    if "\ufffd" in text or _SYMBOL_IN_WORD.search(text):
        return None
    return "cp1252"


def _best_guess(data: bytes) -> str:
    """The statistical guess, among those encodings that fit the shape of the words."""
    sample = _sample(data)
    candidates = _OTHER if _long_runs(sample) > 0.5 else _LATIN + _OTHER
    best = from_bytes(sample, cp_isolation=candidates).best()
    return best.encoding if best else "cp1252"


def _long_runs(sample: bytes) -> float:
    """The share of whole words in bytes over 127, as in Russian: accents stand alone."""
    runs = [len(run) for run in _HIGH.findall(sample)]
    return sum(1 for run in runs if run > 2) / max(1, len(runs))


def _sample(data: bytes) -> bytes:
    """Whole lines, where there are any, from the first byte over 127 on.

    A line feed is never a part of a longer character in these encodings.
    """
    first = _HIGH.search(data)
    start = data.rfind(b"\n", 0, first.start() if first else 0) + 1
    if first and first.start() - start > _SAMPLE // 2:
        start = first.start()
    end = start + _SAMPLE
    if end >= len(data):
        return data[start:]
    return data[start : max(data.rfind(b"\n", start, end), data.rfind(b" ", start, end)) + 1 or end]

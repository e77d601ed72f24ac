from __future__ import annotations

import pytest

from index.errors import ReadError
from index.readers.decode import decode

RUSSIAN = "Сегодня в городе открылась новая библиотека. Её построили за два года. Вход свободный."
JAPANESE = "今日は新しい図書館が開きました。二年かけて建てられました。入場は無料です。"
POLISH = "Zażółć gęślą jaźń. Wszyscy ludzie rodzą się wolni i równi pod względem swych praw."


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("We met at the café.\n", "latin-1", "windows-1252"),
        ("É", "latin-1", "windows-1252"),
        ("Ångström", "latin-1", "windows-1252"),
        ("He said “yes” – then left… for £5.", "cp1252", "windows-1252"),
        ("Über die Brücke gehen täglich viele Züge.", "cp1252", "windows-1252"),
        (POLISH, "cp1250", "windows-1250"),
        (RUSSIAN, "cp1251", "windows-1251"),
        ("Привет, мир.", "cp1251", "windows-1251"),
        (RUSSIAN, "koi8_r", "koi8-r"),
        (JAPANESE, "shift_jis", "Shift-JIS"),
        (JAPANESE, "euc_jp", "euc-jp"),
    ],
)
def test_old_encodings_come_out_right_and_are_named(text: str, encoding: str, named: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.warnings == (f"not UTF-8; read as {named}",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_its_mark_is_read_without_a_warning(encoding: str) -> None:
    decoded = decode(f"{RUSSIAN}\r\nΩ 🐝".encode(encoding))
    assert decoded.text == f"{RUSSIAN}\r\nΩ 🐝"
    assert decoded.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Hello there", RUSSIAN])
def test_utf16_without_a_mark_is_known_by_its_nuls(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.warnings == (f"no byte order mark; read as {encoding.upper()}",)


def test_text_after_a_long_ascii_start_decides() -> None:
    text = "Plain words in a row.\n" * 9_000 + RUSSIAN
    assert decode(text.encode("cp1251")).text == text


def test_broken_utf8_names_what_it_was_read_as() -> None:
    decoded = decode("naïve café – ".encode() + b"\xff\xfe and more plain words after that")
    assert decoded.warnings[0].startswith("not UTF-8; read as ")


def test_a_stray_nul_becomes_a_replacement_character() -> None:
    assert decode(b"one\0word" + b" and many more" * 20).text.startswith("one\ufffdword and")


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    decoded = decode(b"\xff\xfe" + "abc".encode("utf-16-le") + b"\x00\xd8")
    assert decoded.text == "abc\ufffd"
    assert "UTF-16-LE" in decoded.warnings[0]


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\xff" * 50, b"\x00" * 99])
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="looks like a binary file, not text"):
        decode(data)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n", "\u200b\n".encode()])
def test_empty_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="the file is empty"):
        decode(data)


def test_line_ends_stay_as_they_are() -> None:
    assert decode(b"a\r\nb\rc\nd").text == "a\r\nb\rc\nd"

"""Tables of RTF: code pages, control words that are characters, groups without text."""

from __future__ import annotations

import codecs

# Of fonts, by \fcharset. What is not here is of the document's own code page.
CHARSETS = {
    0: "cp1252", 77: "mac_roman", 78: "cp932", 79: "cp949", 80: "gbk", 81: "big5", 128: "cp932",
    129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
SYMBOL_CHARSET = 2
_PAGES = {10000: "mac_roman", 65001: "utf-8", 1361: "johab", 936: "gbk"}

CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "page": "\n", "column": "\n", "softline": "\n",
    "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
    "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "zwj": "\u200d", "zwnj": "\u200c", "ltrmark": "\u200e", "rtlmark": "\u200f",
}  # fmt: skip
SIGNS = {"~": "\u00a0", "-": "\u00ad", "_": "\u2011", "\\": "\\", "{": "{", "}": "}"}

# Groups without text. Of those marked with \*, which programs skip that do not know them, only
# STARRED have some.
SILENT = frozenset(
    (
        "colortbl", "pict", "nonshppict", "shprslt", "nonesttables", "template", "nextfile",
        "listtable", "listoverridetable", "revtbl", "rsidtbl", "filetbl", "xe", "tc", "tcn",
        "rxe", "txe", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "sp",
        "objclass", "objname", "objdata", "pgptbl", "private", "htmltag", "datafield",
        "formfield", "background", "pnseclvl", "bkmkstart", "bkmkend", "list", "listlevel",
        "lfolevel", "leveltext", "levelnumbers", "listname",
    )
)  # fmt: skip
STARRED = frozenset(
    (
        "ud", "annotation", "atnauthor", "fldinst", "footnote", "shpinst", "nesttableprops",
        "shptxt", "do", "moMath", "moMathPara", "mmath", "pn",
    )
)  # fmt: skip


def code_page(number: int) -> str:
    """A codec by the number of a Windows code page; windows-1252 for one that is not known."""
    try:
        return codecs.lookup(_PAGES.get(number, f"cp{number}")).name
    except LookupError:
        return "cp1252"

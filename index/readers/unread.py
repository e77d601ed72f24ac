"""Known formats that are not read: what they are, and the way to one that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Unread:
    what: str
    way: str


ARCHIVE = Unread("an archive", "unpack it and index what is in it")
IMAGE = Unread("an image", "if it shows text, have it recognised (OCR) and saved as a PDF or .txt")
SOUND = Unread("a recording", "index a transcript of it (.txt, .srt or .vtt)")
DOC = Unread("a document of Word before 2007", "save it as .docx")
XLS = Unread("a workbook of Excel before 2007", "save it as .xlsx")
PPT = Unread("a presentation of PowerPoint before 2007", "save it as .pptx")
OLD_OFFICE = Unread("a file of an old office program", "save it as .docx, .xlsx, .pptx or .pdf")
LOCKED = Unread("protected by a password", "save it without one")
MSG = Unread("a mail of Outlook", "save it as .eml or .mht")
MAILBOX = Unread("a mailbox", "export its mails as .eml")
XLSB = Unread("a binary workbook", "save it as .xlsx")
TEMPLATE = Unread("a template or slide show", "save it as .docx, .xlsx or .pptx")
ODS = Unread("an OpenDocument spreadsheet", "save it as .xlsx")
ODP = Unread("an OpenDocument presentation", "save it as .pptx")
ODG = Unread("an OpenDocument drawing", "export it as .pdf")
APPLE = Unread("a document of Apple's office programs", "export it as .docx, .xlsx, .pptx or .pdf")
WORDPERFECT = Unread("a document of another word processor", "save it as .docx, .odt or .rtf")
PAGES = Unread("a document of page images or fixed pages", "print or convert it to .pdf")
BOOK = Unread("a book in a format of its own", "convert it to .epub")
WORD_XML = Unread("a Word or Excel document in one XML file", "save it as .docx or .xlsx")
PROGRAM = Unread("a program", "remove it from the folder or leave it out in .citewellignore")
DATABASE = Unread("a database", "export its tables as .csv")

_BY_ENDING = {
    ending: unread
    for endings, unread in (
        (".zip .tar .gz .tgz .bz2 .xz .zst .7z .rar", ARCHIVE),
        (".png .jpg .jpeg .gif .tif .tiff .bmp .webp .heic .svg", IMAGE),
        (".mp3 .wav .m4a .ogg .flac .mp4 .mov .avi .mkv .webm", SOUND),
        (".doc .dot", DOC),
        (".xls .xlt", XLS),
        (".ppt .pps", PPT),
        (".msg", MSG),
        (".mbox .pst .ost", MAILBOX),
        (".xlsb", XLSB),
        (".dotx .dotm .xltx .xltm .potx .potm .ppsx .ppsm .pptm", TEMPLATE),
        (".ods", ODS),
        (".odp", ODP),
        (".odg", ODG),
        (".pages .numbers .key", APPLE),
        (".wpd .wps .sxw .abw", WORDPERFECT),
        (".djvu .xps .oxps .ps", PAGES),
        (".mobi .azw .azw3 .fb2 .chm", BOOK),
        (".exe .dll .so .class .jar", PROGRAM),
        (".sqlite .db .mdb .accdb .parquet", DATABASE),
    )
    for ending in endings.split()
}


def by_name(name: str) -> str:
    """Why a file with an ending that is not read is skipped."""
    suffix = PurePath(name).suffix
    known = _BY_ENDING.get(suffix.casefold())
    if known is not None:
        return f"{suffix} is not a format that is read ({known.what}): {known.way}"
    kind = suffix or "a name without an ending"
    return f"{kind} is not a format that is read: convert it to .txt, .pdf or .docx"


def by_content(found: Unread, name: str) -> str:
    """Why a file that is something else than its ending says is skipped."""
    if found is LOCKED:
        return f"the file is {found.what}: {found.way}"
    return f"the file is {found.what}, though its name ends in {PurePath(name).suffix}: {found.way}"

"""Mails with what is attached to them, and web pages saved as one file (MHTML)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from pathlib import PurePath

from index import readers
from index.errors import ReadError
from index.readers.formats import FORMATS
from index.readers.web import html, html_meta, mail_text
from index.readers.web.charset import decode_declared
from index.readers.web.mail_text import header
from index.structure.builder import Builder, Part
from index.types import Origin, Parsed, Span

_HEADERS = ("From", "Sender", "To", "Cc", "Date", "Reply-To", "Newsgroups", "Organization")
_MAX_DEPTH = 3  # of mails within mails
_MAX_ATTACHED = 50
_MAX_BYTES = 50_000_000  # of all attachments together
_MAIL_TYPES = ("message/rfc822", "multipart/related")
_DAMAGED = (
    "InvalidBase64PaddingDefect", "InvalidBase64CharactersDefect", "InvalidBase64LengthDefect",
    "StartBoundaryNotFoundDefect", "NoBoundaryInMultipartDefect", "CloseBoundaryNotFoundDefect",
)  # fmt: skip


def read(data: bytes, name: str) -> Parsed:
    """The text of a mail and its sections; of a saved page the page's. Raises ReadError."""
    message = _parsed(data)
    page = _saved_page(message, name)
    if page is not None:
        return html.read(_bytes(page), name, page.get_content_charset())
    mail = _Mail(Builder())
    mail.add(message, 0, "")
    return mail.build.finish(
        title=header(message, "Subject"),
        date=mail_text.day_of(header(message, "Date")),
        warnings=mail.warnings,
    )


def _parsed(data: bytes) -> Message:
    """By the policy that leaves headers as they are: the newer one fails on many broken ones."""
    try:
        return message_from_bytes(data, policy=compat32)
    except (RecursionError, ValueError, LookupError) as error:
        raise ReadError(
            "is no mail that can be read: open it in a mail program and save it again"
        ) from error


def _saved_page(message: Message, name: str) -> Message | None:
    """The page itself, among the parts of a file that a browser saved."""
    is_named = name.casefold().endswith((".mhtml", ".mht"))
    is_saved = is_named or header(message, "From").startswith("<Saved by ")
    if not is_saved or message.get_content_maintype() not in ("multipart", "text"):
        return None
    pages = [one for one in message.walk() if one.get_content_type() in _PAGES]
    start = str(message.get_param("start") or "")
    first = next((one for one in pages if start and one.get("Content-ID") == start), None)
    return first or (pages[0] if pages else None)


_PAGES = ("text/html", "application/xhtml+xml")


@dataclass(slots=True)
class _Mail:
    """What is put together of a mail and of those in it."""

    build: Builder
    warnings: list[str] = field(default_factory=list)
    attached: int = 0
    size: int = 0

    def add(self, message: Message, depth: int, prefix: str) -> None:
        """A mail at a depth: its headings stand one level deeper for each."""
        subject = header(message, "Subject")
        if subject:
            self.build.heading(subject, 1 + 2 * depth, f"{prefix}header Subject")
        rows = [(name, value) for name in _HEADERS if (value := header(message, name))]
        self.build.table(rows, lambda row: f"{prefix}header {rows[row][0]}", header=False)
        later: list[Message] = []
        day = mail_text.day_of(header(message, "Date"))
        with self.build.mail(mail_text.writer(message), day, 1 + 2 * depth):
            for part in _parts(message, later):
                self._body(part, depth, prefix)
        for part in later:
            self._attachment(part, depth, prefix)

    def _body(self, part: Message, depth: int, prefix: str) -> None:
        self._defects(part, f"{prefix}the mail's text")
        data = _bytes(part)
        if not data.strip():
            return
        if part.get_content_type() in _PAGES:
            found = html_meta.text_of(data, part.get_content_charset())
            page = html.open_page(found.text)
            self.warnings += [*found.warnings, *page.warnings]
            html.add(self.build, page, prefix=f"{prefix}body, ", level=1 + 2 * depth)
            return
        decoded = decode_declared(data, part.get_content_charset())
        self.warnings += decoded.warnings
        text = decoded.text.replace("\r\n", "\n")
        if str(part.get_param("format") or "").casefold() == "flowed":
            deletes = str(part.get_param("delsp") or "").casefold() == "yes"
            text = mail_text.unflowed(text, delete_space=deletes)
        for stretch in mail_text.stretches(text):
            self._stretch(stretch, depth, prefix)

    def _stretch(self, stretch: mail_text.Stretch, depth: int, prefix: str) -> None:
        if not stretch.depth:
            self.build.plain(stretch.text, f"{prefix}body", level=1 + 2 * depth)
            return
        label = f"{prefix}quoted in the body"
        raw = stretch.raw if stretch.raw != stretch.text else None
        parts = [Part(0, len(stretch.text), Origin(Span(0, 0), label, raw=raw))]
        self.build.quoted(stretch.text, label, stretch.depth, parts)

    def _attachment(self, part: Message, depth: int, prefix: str) -> None:
        """Read as a file of its own; what cannot be read is named in a warning."""
        name = _file_name(part)
        self.attached += 1
        inner, data = _inner(part), b""
        if inner is None:
            data = _bytes(part)
            self.size += len(data)
        if self.attached > _MAX_ATTACHED or self.size > _MAX_BYTES:
            self.warnings.append(f"the attachment {name} is not read: too many, or too large")
            return
        self._defects(part, f"the attachment {name}")
        try:
            named = _with_ending(name, part)
            if inner is None and readers.told_type(data, named) in _MAIL_TYPES:
                inner = _parsed(data)
            if inner is None:
                parsed = readers.parse(data, named)
        except ReadError as error:
            self.warnings.append(f"the attachment {name} is not read: {error}")
            return
        label = f"{prefix}attachment {name}"
        if inner is not None and depth >= _MAX_DEPTH:
            self.warnings.append(f"{label} is not read: mails lie too deep in each other")
            return
        self.build.heading(f"Attachment: {name}", 2 + 2 * depth, label)
        if inner is not None:
            self.add(inner, depth + 1, f"{label}, ")
        else:
            self.build.include(parsed, f"{label}, ", 2 + 2 * depth)
            self.warnings += [f"{label}: {warning}" for warning in parsed.warnings]

    def _defects(self, part: Message, where: str) -> None:
        if any(type(one).__name__ in _DAMAGED for one in part.defects):
            self.warnings.append(f"{where} is damaged; what could be read of it is here")


def _parts(message: Message, later: list[Message]) -> Iterator[Message]:
    """The parts that are shown as the mail's text; attachments are put into ``later``."""
    kind = message.get_content_type()
    if _inner(message) is not None or _is_attached(message):
        later.append(message)
    elif not message.is_multipart():
        if message.get_content_maintype() in ("text", "multipart") or kind == "message/rfc822":
            yield message
        else:
            later.append(message)
    elif kind == "multipart/alternative":
        yield from _best(message, later)
    else:
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, later)


def _best(message: Message, later: list[Message]) -> Iterator[Message]:
    """One of several forms of the same text: the plain one, unless it only says to look at the
    other."""
    forms = [one for one in message.get_payload() if isinstance(one, Message)]
    plain = [one for one in forms if one.get_content_type() == "text/plain"]
    others = [one for one in forms if one.get_content_type() != "text/plain"]
    for rich in others:
        if rich.is_multipart():  # pictures and files that belong to the rich form
            later += [one for one in rich.walk() if not one.is_multipart() and _is_attached(one)]
    said = sum(len(_bytes(one).split()) for one in plain)
    rich_ones = [one for form in others for one in form.walk() if one.get_content_type() in _PAGES]
    shown = max((_words(one) for one in rich_ones), default=0)
    if said and said >= 0.3 * shown:
        yield from plain
    elif rich_ones:
        yield rich_ones[0]
    else:
        yield from plain
    later += [one for one in others if one not in later and not _holds(one)]


def _holds(form: Message) -> bool:
    return form.is_multipart() or form.get_content_type() in _PAGES


def _words(part: Message) -> int:
    try:
        page = html.open_page(html_meta.text_of(_bytes(part), part.get_content_charset()).text)
    except ReadError:
        return 0
    return sum(len(block.text.split()) for block in page.blocks)


def _inner(part: Message) -> Message | None:
    """The mail that a part holds."""
    payload = part.get_payload()
    if part.get_content_type() != "message/rfc822" or not isinstance(payload, list) or not payload:
        return None
    first = payload[0]
    if not isinstance(first, Message):
        return None
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().casefold()
    if encoding in ("base64", "quoted-printable") and not first.keys():  # against the standard
        whole = Message()
        whole["Content-Transfer-Encoding"] = encoding
        whole.set_payload(first.get_payload())
        return _parsed(_bytes(whole))
    return first


def _is_attached(part: Message) -> bool:
    if part.is_multipart():
        return False
    is_text = part.get_content_maintype() == "text"
    if part.get_content_disposition() == "attachment":
        return True
    return bool(part.get_filename()) or not (is_text or part.get_content_maintype() == "multipart")


def _file_name(part: Message) -> str:
    """Only its last part, which is all that a name is for; "without a name" else."""
    named = part.get_filename() or ""
    shown = "".join(one for one in mail_text.decoded(named) if one.isprintable())
    last = PurePath(shown.replace("\\", "/")).name[-100:]
    if not last and _inner(part) is not None:
        return "mail.eml"
    return last or f"without a name ({part.get_content_type()[:60]})"


def _with_ending(name: str, part: Message) -> str:
    """Where the name has no ending, the one of what the mail says that it is."""
    if PurePath(name).suffix and readers.media_type(name):
        return name
    kind = part.get_content_type()
    return name + next((one.endings[0] for one in FORMATS if one.media_type == kind), "")


def _bytes(part: Message) -> bytes:
    """A part's content, decoded as far as it can be."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        payload = None
    if isinstance(payload, bytes):
        return payload
    shown = part.get_payload()
    return shown.encode("utf-8", "surrogateescape") if isinstance(shown, str) else b""

"""The files in the body of a request, kept in memory up to a bound while they come."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MAX_FILES = 20  # in one request
MAX_FIELDS = 20
FORM = (
    "The body cannot be read as a form. Send multipart/form-data with 1 to "
    f"{MAX_FILES} files, each with its file name."
)


class FormError(Exception):
    """The body is none that holds files. Its message is for the sender."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``name`` is as the sender wrote it: not to be trusted, not to be shown."""

    name: str
    data: bytes


class _Parser(MultiPartParser):
    spool_max_size = 0  # no file on disk: all of a request is bounded

    def __init__(self, request: Request, max_bytes: int, too_large: str) -> None:
        super().__init__(
            request.headers,
            self._to_its_end(request),
            max_files=MAX_FILES,
            max_fields=MAX_FIELDS,
        )
        self._max_bytes = max_bytes
        self._too_large = too_large
        self._bytes = 0
        self._is_whole = False

    async def _to_its_end(self, request: Request) -> AsyncGenerator[bytes, None]:
        """The body; one that was cut short would otherwise be taken for a shorter one."""
        async for chunk in request.stream():
            yield chunk
        if not self._is_whole:
            raise FormError(FORM)

    def on_part_begin(self) -> None:
        self._bytes = 0
        super().on_part_begin()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._bytes += end - start
        if self._bytes > self._max_bytes:
            raise HTTPException(413, self._too_large)
        super().on_part_data(data, start, end)

    def on_end(self) -> None:
        self._is_whole = True


async def sent_files(request: Request, max_bytes: int, too_large: str) -> list[Sent]:
    """The files of a request, at most ``max_bytes`` each. Raises FormError, HTTPException."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "multipart/form-data":
        raise HTTPException(415, "Send the files as multipart/form-data, as a form does.")
    parser = _Parser(request, max_bytes, too_large)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise FormError(FORM) from error
    try:
        found = [one for _, one in form.multi_items() if isinstance(one, UploadFile)]
        if not found:
            raise FormError(FORM)
        return [Sent(one.filename or "", await one.read()) for one in found]
    finally:
        await form.close()

"""What a run did, file by file. Kept on disk while it grows: a folder may hold a million files."""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

STATUSES = ("indexed", "unchanged", "renamed", "removed", "skipped")


@dataclass(frozen=True, slots=True)
class FileReport:
    path: str
    status: str  # one of STATUSES
    reason: str | None = None
    document_id: str | None = None
    warnings: tuple[str, ...] = ()


class Reports:
    """Reports in the order in which they came. Iterated as often as need be."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        weakref.finalize(self, _close, self._file)
        self.counts: Counter[str] = Counter()

    def add(
        self,
        path: Path | str,
        status: str,
        reason: str | None = None,
        document_id: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        name = os.fsencode(path).decode("utf-8", "replace")  # some names are of no encoding
        report = FileReport(name, status, reason, document_id, warnings)
        self._file.write(json.dumps(asdict(report)) + "\n")
        self.counts[status] += 1

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self) -> Iterator[FileReport]:
        self._file.flush()
        self._file.seek(0)
        for line in self._file:
            fields = json.loads(line)
            yield FileReport(**{**fields, "warnings": tuple(fields["warnings"])})


def _close(file: IO[str]) -> None:
    with suppress(OSError):  # nobody reads any more what could not be written
        file.close()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did and what the index holds after it."""

    reports: Reports
    index: dict[str, Any]

    def head(self) -> dict[str, Any]:
        """All but the files."""
        counts = {status: self.reports.counts[status] for status in STATUSES}
        return {"schema": "citewell.index/1", **counts, "index": self.index}

    def to_dict(self) -> dict[str, Any]:
        """With one entry a file, all in memory."""
        return {**self.head(), "files": [asdict(report) for report in self.reports]}

    def json_lines(self) -> Iterator[str]:
        """The same as JSON text, a file at a time."""
        head = json.dumps(self.head(), indent=1)
        yield head.removesuffix("\n}") + ',\n "files": ['
        for at, report in enumerate(self.reports):
            yield ("  " if at == 0 else "  ,") + json.dumps(asdict(report))
        yield " ]\n}"

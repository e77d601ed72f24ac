"""A folder, a home and a fake embedder to try the index with."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from index.folder.survey import Scope
from index.folder.walk import Rules, resolve
from index.readers import parse
from index.report import FileReport
from index.search.snapshot import Snapshot
from index.store import Index
from index.types import Document
from tests.fakes import FakeEmbedder

LIMIT = 25_000_000


class Desk:
    """Files come under ``root``; ``index`` is over ``home``."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "docs"
        self.root.mkdir()
        self.home = folder / "home"
        self.fake = FakeEmbedder()
        self.index = self.open()
        self._clock = itertools.count(1_700_000_000)

    def open(self) -> Index:
        """Another view of the same home, as another process has it. It reads files itself."""
        return Index.open(self.home, lambda: self.fake, parse)

    def put(self, name: str, text: str | bytes) -> Path:
        """Writes a file, each time with another time of change."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        os.utime(path, (now := next(self._clock), now))
        return path

    def run(self, *paths: Path, max_bytes: int = LIMIT, prune: bool = False) -> list[FileReport]:
        scopes = [Scope(resolve(path)) for path in paths or [self.root]]
        rules = Rules(max_bytes, home=self.home)
        return list(self.index.update(scopes, rules, prune=prune))

    def statuses(self, *paths: Path) -> dict[str, str]:
        """What a run did, by the file's name."""
        reports = self.run(*paths)
        assert len({report.path for report in reports}) == len(reports), "one report a file"
        return {Path(report.path).name: report.status for report in reports}

    def reason(self, name: str, max_bytes: int = LIMIT) -> str:
        """Why a run skipped a file."""
        (report,) = [one for one in self.run(max_bytes=max_bytes) if Path(one.path).name == name]
        assert report.status == "skipped"
        return report.reason or ""

    def documents(self) -> list[Document]:
        snapshot = self.index.snapshot()
        return snapshot.catalogue.documents(snapshot.version, 1_000, None)

    def texts(self) -> list[str]:
        """The texts of all documents, and all that is searched is of these and no others."""
        documents = self.documents()
        check(self.index.snapshot(), documents)
        return sorted(one.text for one in documents)

    def paths(self) -> list[list[str]]:
        """The files of each document, from ``root`` on."""
        return sorted(
            [
                Path(source.root, source.path).relative_to(self.root).as_posix()
                for source in one.sources
            ]
            for one in self.documents()
        )


def check(snapshot: Snapshot, documents: list[Document]) -> None:
    """Catalogue, vectors and BM25 hold the same passages, of these documents."""
    assert len({one.id for one in documents}) == len(documents) == snapshot.n_documents
    ids = [document.id for document in documents]
    passages = snapshot.catalogue.passage_ids(ids, snapshot.version)
    assert len(passages) == len(snapshot.vectors) == len(snapshot.lexical) == snapshot.n_passages
    fake = FakeEmbedder()
    for one in passages:
        passage = snapshot.passage(one)
        document = next(d for d in documents if d.id == passage.document_id)
        text = "\n".join([*passage.headings, document[passage.span]])
        (best, *_) = snapshot.dense(fake.embed([text])[0], 1)
        assert best.score > 0.999  # of vectors in half precision
        found = snapshot.bm25(text, len(passages))
        assert one in [hit.passage_id for hit in found]
        assert {hit.passage_id for hit in found} <= set(passages)

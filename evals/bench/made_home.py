"""Large homes for figures on speed and memory: texts of drawn words, drawn vectors, no model.

They are written into the catalogue directly, since embedding a million passages would take
hours. Passages, sentences and sizes are those that the chunker makes of the same files.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from evals.bench.synthetic import NOISE
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.home.catalogue import Catalogue
from index.home.changes import Commit
from index.home.rows import Hint
from index.passages.chunk import Draft
from index.readers import parse
from index.search.versions import PARTS
from index.store import Index
from index.types import Document, Source, Span, TokenVectors, Vectors

SENTENCE_WORDS = 20
SENTENCES = 4  # of a passage
PER_FILE = 50  # passages
TOKENS = 5, 2  # of the embedder's, for so many words: a passage is as long as they come
COMMITTED = 400  # files at once
RULES = Rules(max_bytes=50_000_000)
WORD = re.compile(r"[^\W\d_]+")


class MadeEmbedder:
    """Vectors that are drawn by a text's hash from the neighbourhood of real ones (n, d)."""

    def __init__(self, real: Vectors) -> None:
        self._real = real

    @property
    def fingerprint(self) -> str:
        return f"made;n={len(self._real)};dim={self.dimension}"

    @property
    def dimension(self) -> int:
        return int(self._real.shape[1])

    @property
    def window(self) -> int:
        return 256

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) * TOKENS[0] // TOKENS[1] for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [self._row(text) for text in texts]
        return np.array(rows, np.float32).reshape(-1, self.dimension)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        found = []
        for text in texts:
            words = list(re.finditer(r"\S+", text))
            offsets = np.array([one.span() for one in words], np.int32).reshape(-1, 2)
            vectors = self.embed([one.group() for one in words])
            found.append(TokenVectors(vectors, offsets, self._row(text)))
        return found

    def _row(self, text: str) -> Vectors:
        drawn = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint64)[:3]
        at, one, other = (drawn % np.uint64(len(self._real))).astype(int)
        row = self._real[at] + NOISE * (self._real[one] - self._real[other])
        unit: Vectors = row / max(float(np.linalg.norm(row)), 1e-12)
        return unit


class Words:
    """Draws words as often as they stand in some texts; the same ones for the same seed."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in WORD.findall(text.lower()))
        self._words = np.array(list(counts), object)
        shares = np.array(list(counts.values()), float)
        self._upto = np.cumsum(shares / shares.sum())

    def passages(self, n: int, seed: int) -> list[str]:
        """Each of SENTENCES sentences of SENTENCE_WORDS words."""
        random = np.random.default_rng(seed).random((n * SENTENCES, SENTENCE_WORDS))
        drawn = self._words[np.searchsorted(self._upto, random).clip(max=len(self._words) - 1)]
        sentences = [" ".join(row).capitalize() + "." for row in drawn]
        starts = range(0, n * SENTENCES, SENTENCES)
        return [" ".join(sentences[at : at + SENTENCES]) for at in starts]


def drafts_of(passages: Sequence[str]) -> tuple[str, list[Draft]]:
    """A text of such passages, a paragraph each, and what the chunker makes of it."""
    drafts, at = [], 0
    for passage in passages:
        ends = [at + found.end() for found in re.finditer(r"\.", passage)]
        starts = [at, *(end + 1 for end in ends[:-1])]
        sentences = tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))
        span = Span(at, at + len(passage))
        drafts.append(Draft(span, sentences, (), None, len(passage.split())))
        at = span.end + 2
    return "\n\n".join(passages), drafts


def make_home(
    home: Path,
    root: Path,
    passages: int,
    words: Words,
    vectors: Iterable[Vectors],
    embedder: MadeEmbedder,
) -> None:
    """``passages`` in files of PER_FILE under ``root``, and in the catalogue of ``home`` with the
    rows of ``vectors``, whose blocks have a multiple of PER_FILE rows; ids count from 1. The
    derived indexes are still to be brought up: ``bring_up`` does it."""
    numbers = range(passages // PER_FILE)
    for number in numbers:
        path = root / name_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = drafts_of(words.passages(PER_FILE, number))[0]
        path.write_text(text, encoding="utf-8")
    time.sleep(2.5)  # a file that was changed just now would be read again
    rows = (block[at : at + PER_FILE] for block in vectors for at in range(0, len(block), PER_FILE))
    catalogue = Catalogue.open(home, create=True)
    with catalogue.commit() as commit:
        commit.set_meta("embedder", embedder.fingerprint)
        commit.set_meta("dimension", str(embedder.dimension))
        for part, value in PARTS.items():
            commit.set_meta(part, value)
    for start in numbers[::COMMITTED]:
        with catalogue.commit() as commit:
            for number in numbers[start : start + COMMITTED]:
                _add(commit, root, root / name_of(number), words, next(rows))
    catalogue.close()


def bring_up(index: Index, root: Path) -> None:
    """Derived indexes of a made home; raises ValueError where a file is not as it was written."""
    counts = index.update([Scope(root)], RULES).counts
    if set(counts) != {"unchanged"}:
        raise ValueError(f"the made files were not taken for those of the catalogue: {counts}")


def name_of(number: int) -> str:
    return f"{number // 1000:03}/{number:06}.txt"


def _add(commit: Commit, root: Path, path: Path, words: Words, rows: Vectors) -> None:
    text, drafts = drafts_of(words.passages(PER_FILE, int(path.stem)))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    source = Source(str(root), str(path.relative_to(root)))
    document = Document(
        id=sha256[:16],
        sources=(source,),
        title=path.name,
        media_type="text/plain",
        text=text,
        sections=parse(text.encode(), path.name).sections,
        date=None,
        file_sha256=sha256,
        text_sha256=sha256,
    )
    commit.add_document(document, drafts, rows)
    found = path.stat()
    hint = Hint(found.st_size, found.st_mtime_ns, found.st_ctime_ns, time.time_ns())
    commit.add_source(source, document.id, sha256, hint)

"""Which reader reads: the fitted numbers that go with its name, and its parts.

Nothing heavy is loaded before the first question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import why
from rag.errors import SettingsError
from rag.reader.model import SIMILARITY, TRAINED, Model, load_model

if TYPE_CHECKING:
    from rag.reader.cache import TokenCache
    from rag.reader.cross_encoder import CrossEncoder
    from rag.reader.features import Analyse, Idf
    from rag.reader.similarity import SimilarityReader
    from rag.reader.trained import Judge, TrainedReader

WEIGHTS = Path(__file__).parents[1] / "models" / "reader"


@dataclass(frozen=True, slots=True)
class Kit:
    """A reader by its name. ``model`` decides; ``similar`` are the numbers of similarity.

    ``fingerprint`` names all of the reader that an answer depends on.
    """

    name: str
    fingerprint: str
    model: Model
    similar: Model
    open_judge: Callable[[], Judge] | None = None

    @property
    def plain(self) -> Kit:
        """What reads a text in another language than the cross-encoder has learned."""
        return similarity(self.similar)

    def reader(
        self, tokens: TokenCache, terms: Analyse, idf: Idf, least: int = 0
    ) -> SimilarityReader | TrainedReader:
        """``least`` sentences at least are read closely, if there are as many."""
        from rag.reader.similarity import SimilarityReader
        from rag.reader.trained import READ, TrainedReader

        similar = SimilarityReader(tokens, self.similar, terms, idf)
        if self.open_judge is None:
            return similar
        return TrainedReader(similar, self.open_judge(), self.model, max(READ, least))


def similarity(model: Model | None = None) -> Kit:
    """``model`` are other numbers than the shipped ones."""
    model = model or load_model(SIMILARITY)
    return Kit("similarity", _fingerprint("similarity", model.sha256), model, model)


def trained(folder: Path = WEIGHTS, model: Model | None = None) -> Kit:
    """``model`` are other numbers than those that came with the weights."""
    similar = load_model(SIMILARITY)
    model = model or load_model(TRAINED)
    pins = _sha256_of(folder / "reader.json")
    fingerprint = _fingerprint("trained", model.sha256, similar.sha256, pins)

    @cache
    def open_judge() -> Judge:
        from rag.reader.trained import Remembering

        return Remembering(_open_weights(folder))

    return Kit("trained", fingerprint, model, similar, open_judge)


KITS: dict[str, Callable[[], Kit]] = {"trained": trained, "similarity": similarity}


def load_kit(name: str) -> Kit:
    """Raises SettingsError where the files of the reader cannot be used."""
    return KITS[name]()


def _open_weights(folder: Path) -> CrossEncoder:
    from index.embed import has_bf16
    from rag.reader.cross_encoder import CrossEncoder

    return CrossEncoder.open(folder, bf16=has_bf16())


def _sha256_of(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise SettingsError(
            f"the trained reader's {file} cannot be read ({why(error)}): reinstall Citewell, "
            "or use --reader similarity"
        ) from error


def _fingerprint(name: str, *parts: str) -> str:
    joined = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{name};sha256={joined[:16]}"

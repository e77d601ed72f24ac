"""A home with the reader that is chosen for it: all that is known before a question is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from index.folder.exclusions import Exclusions
from index.folder.uploads import Uploads
from index.search.versions import PARTS
from index.store import Index
from index.types import Embedder
from rag.answer.describe import coverage_of
from rag.collection import Collection
from rag.confidence.calibrations import ADVICE, OWN, Calibrations, shipped
from rag.confidence.decision import Decision, decide
from rag.errors import SettingsError
from rag.reader.kit import Kit, load_kit
from rag.settings import Settings, load_settings
from rag.types import Json


class Home(Collection):
    """Its documents, its reader's numbers, its calibration. Nothing that only answers need is
    imported here, so that a command which asks nothing starts quickly."""

    def __init__(self, index: Index, settings: Settings, kit: Kit) -> None:
        super().__init__(index, settings)
        self.kit = kit
        self._calibrations = Calibrations(index.home / OWN, shipped(kit.name))

    @classmethod
    def open(cls, home: Path, settings: Settings | None = None, kit: Kit | None = None) -> Self:
        """Opens a home without loading an embedder; the first question does that.

        Raises index.errors.HomeError, rag.errors.SettingsError.
        """
        settings = settings or load_settings(home)

        def load_embedder() -> Embedder:
            from index.embed import SentenceTransformerEmbedder
            from index.search.vectors import set_threads

            set_threads(settings.threads)
            return SentenceTransformerEmbedder.open(
                settings.embedder,
                allow_download=settings.allow_download,
                threads=settings.threads,
            )

        kit = kit or load_kit(settings.reader)
        return cls(Index.open(home, load_embedder), settings, kit)

    def status(self) -> Json:
        """What is indexed and with what; loads no model."""
        catalogue, now = self.index.catalogue, self._state()
        names = Uploads(self.index.home).names_or_none()
        return {
            "schema": "citewell.status/1",
            "home": str(self.index.home),
            "index": now.to_dict(),
            "embedder": catalogue.meta("embedder") or self.settings.embedder,
            "reader": self.settings.reader,
            "fitted_on": self.kit.model.fitted_on,
            "calibration": self._calibration_status(),
            "mode": self.settings.mode,
            "llm": self.settings.has_llm,
            "roots": catalogue.roots(),
            "excluded": Exclusions(self.index.home).all(),
            "partly_read": [
                {"path": names.get(path, path), **(coverage_of(about) or {})}
                for path, about in catalogue.partly_read(now.version)
            ],
            "left_out": catalogue.left_out(now.version),
            "set_aside": catalogue.aside(),
        }

    def _calibration_status(self) -> Json:
        """The calibration that is used, or None, and what there is to say of that."""
        try:
            decision = self.decision()
        except SettingsError as error:
            return {"used": None, "message": str(error)}
        warning = self._calibrations.warning(self.fingerprints)
        used = decision.note(self.settings.mode)
        return {"used": used, "message": warning or (None if used else f"uncalibrated: {ADVICE}")}

    @property
    def reader_fingerprint(self) -> str:
        """Of all that a raw answer score and the choice of sentences depend on."""
        one = self.settings
        limits = f"retrieve={one.retrieve_k};read={one.read_k};sentences={one.max_sentences}"
        return f"{self.kit.fingerprint};{limits}"

    @property
    def fingerprints(self) -> dict[str, str]:
        """What a calibration holds for; the embedder's is empty before the first file."""
        return {
            "reader": self.reader_fingerprint,
            "embedder": self.index.catalogue.meta("embedder") or "",
            "chunker": PARTS["chunker"],
        }

    def decision(self, max_error: float = 0.0) -> Decision:
        """When there is an answer. Raises SettingsError for a damaged calibration."""
        calibration = self._calibrations.in_force(self.fingerprints)
        return decide(self.kit.model.threshold, calibration, max_error)

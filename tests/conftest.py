"""What several tests share, made once: the true embedder, and an engine over the seeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from index.offline import close_network
from tests.fakes import FakeEmbedder

if TYPE_CHECKING:
    from index.embed import SentenceTransformerEmbedder
    from rag.engine import Engine

close_network()
# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture
def fake() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    from index.embed import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder.open()


@pytest.fixture(scope="session")
def seeds_engine(
    tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder
) -> Iterator[Engine]:
    """An engine with its own models over ``seeds/``, in a home that goes with the session."""
    from index.store import Index
    from rag.engine import Engine
    from rag.reader.kit import similarity
    from rag.settings import Settings
    from rag.types import Writer

    def no_writer(settings: Settings) -> Writer:
        raise AssertionError(f"no test of this engine writes with an LLM: {settings.llm_model}")

    index = Index.open(tmp_path_factory.mktemp("seeds") / "home", lambda: embedder)
    engine = Engine(index, Settings(), similarity(), no_writer)
    engine.index_paths([SEEDS])
    yield engine
    engine.close()

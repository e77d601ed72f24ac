"""Closes the doors to the network before a library can open them."""

from __future__ import annotations

import os

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    # Threads that spin while they wait make a busy machine ten times slower.
    "OMP_WAIT_POLICY": "PASSIVE",
    # numpy's own, which spin whatever that says, took half of the cross-encoder's time.
    "OPENBLAS_NUM_THREADS": "1",
}
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def close_network(*, allow_download: bool = False) -> None:
    """Sets the environment that model libraries read when they are imported.

    Call it before importing any of them. ``allow_download`` is the user's own word and
    the only thing that leaves a hub reachable.
    """
    os.environ.update(QUIET)
    if allow_download:
        for name in OFFLINE:
            os.environ.pop(name, None)
    else:
        os.environ.update(OFFLINE)

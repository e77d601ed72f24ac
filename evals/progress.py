"""How far a run is, for a person at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def track(items: Iterable[T], total: int) -> Iterable[T]:
    """The items, with a bar on stderr if that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    silent = not sys.stderr.isatty()
    bar = Console(stderr=True)
    return track(items, "Asking", total=total, console=bar, transient=True, disable=silent)

"""A changed file of a reader's kind.

A change of mere bytes rarely gets past the ZIP archive and the XML of an office file, so there
the elements of one part are changed, and the parts are packed again without compression.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

from tests.fuzz import packages
from tests.fuzz.bytewise import Raw, of_bytes
from tests.fuzz.harness import READERS

_SHORT = 40  # characters of a word of the reader's own code that is worth putting in


def mutate(reader: str, data: bytes, others: Sequence[bytes], random: Random, raw: Raw,
           size: int) -> bytes:  # fmt: skip
    """``others``: more files of the kind, for parts to put in. At most ``size`` bytes."""
    if data.startswith(b"PK\x03\x04") and random.random() < 0.95:
        changed = packages.mutate(data, others, random, raw, words(reader), size)
    elif reader == "html" and random.random() < 0.4:
        changed = packages.mutate_html(data, random, words(reader))
    else:
        changed = of_bytes(data, others, random, raw, words(reader), size)
    return changed if len(changed) <= size else data


@cache
def words(reader: str) -> tuple[str, ...]:
    """The short words in the code that reads such files: names of elements, keywords, signs."""
    module = f"index.readers.{READERS[reader][0].module}"
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    file = Path(spec.origin)
    is_family = file.name == "__init__.py" or module.count(".") > 2
    files = sorted(file.parent.glob("*.py")) if is_family else [file]
    found: set[str] = set()
    for one in files:
        for node in ast.walk(ast.parse(one.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                value = node.value
                said = value if isinstance(value, str) else value.decode("latin-1")
                found |= {said} if len(said) <= _SHORT else set()
                found |= set(said.split()) if len(said) < 1_000 else set()
    return tuple(sorted(one for one in found if 0 < len(one) <= _SHORT))

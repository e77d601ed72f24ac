"""Hashes over rows: damage is found when a row is read, before anything is answered from it.

They tell accidents, not attackers: whoever can write the home can also write the hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from index.errors import DamageError

Digest = int  # a sum of entries modulo 2**256, so that rows can be added and taken away
_MODULUS = 2**256


def seal(*fields: object) -> str:
    """SHA-256 of the fields, each with its length before it so that no two rows look alike."""
    digest = hashlib.sha256()
    for field in fields:
        value = field if isinstance(field, bytes) else json.dumps(field).encode()
        digest.update(str(len(value)).encode() + b":" + value)
    return digest.hexdigest()


def check(row: Mapping[str, Any] | Any, what: str, *fields: object) -> None:
    """Raises DamageError where the fields are not those that the row was sealed with."""
    if seal(*fields) != row["row_sha256"]:
        raise DamageError(f"{what} does not match its hash: it was damaged on disk")


def add(digest: Digest, entries: Iterable[str]) -> Digest:
    """The digest with more rows; ``entries`` are seals."""
    return (digest + sum(int(entry, 16) for entry in entries)) % _MODULUS


def take(digest: Digest, entries: Iterable[str]) -> Digest:
    return (digest - sum(int(entry, 16) for entry in entries)) % _MODULUS

"""What can go wrong in the index layer. Messages are for the person who reads them.

IndexLayerError
├── ReadError            one file cannot be read; it is skipped with this reason
├── HomeError            the home folder cannot be used
│   ├── LockedError      another writer holds it
│   ├── MismatchError    made by another embedder, chunker or reader
│   └── NewerFormatError made by a newer version of Citewell
├── WorkerError          the process that reads files does not start, or a library is missing
├── OcrError             the program that recognises text in pictures is missing
├── DamageError          stored data does not match its hash
└── ModelError           a model is missing or is not the one that was pinned
"""

from __future__ import annotations


class IndexLayerError(Exception):
    """Base of all errors of the index layer."""


class ReadError(IndexLayerError):
    pass


class HomeError(IndexLayerError):
    pass


class LockedError(HomeError):
    pass


class MismatchError(HomeError):
    pass


class NewerFormatError(HomeError):
    pass


class WorkerError(IndexLayerError):
    pass


class OcrError(IndexLayerError):
    pass


class DamageError(IndexLayerError):
    pass


class ModelError(IndexLayerError):
    pass


def why(error: BaseException) -> str:
    """What went wrong in the system's own words, without its number and the path, which a message
    names itself."""
    return getattr(error, "strerror", None) or str(error)

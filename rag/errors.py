"""What can go wrong between a question and its answer.

RagError
├── QuestionError    the question, history or filter cannot be used
│   └── NoDocumentError  the filter names what is no document
├── SettingsError    a setting has a value that cannot be used
│   └── UncalibratedError  a target error is wanted, and no calibration holds
└── WriterError      the LLM did not give an answer
"""

from __future__ import annotations

A_NAME = "its path below the folder that was indexed, a pattern such as '*/notes.md', or its id"


class RagError(Exception):
    """Base of all errors of the rag layer."""


class QuestionError(RagError):
    pass


class NoDocumentError(QuestionError):
    """``at`` is the place of the name in the filter's list."""

    def __init__(self, name: str, at: int) -> None:
        super().__init__(f"no document is called {name!r}: give {A_NAME}")
        self.at = at


class SettingsError(RagError):
    pass


class UncalibratedError(SettingsError):
    pass


class WriterError(RagError):
    pass

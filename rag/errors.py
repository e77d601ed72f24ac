"""What can go wrong between a question and its answer.

RagError
├── QuestionError    the question, history or filter cannot be used
├── SettingsError    a setting has a value that cannot be used
│   └── UncalibratedError  a target error is wanted, and no calibration holds
└── WriterError      the LLM did not give an answer
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors of the rag layer."""


class QuestionError(RagError):
    pass


class SettingsError(RagError):
    pass


class UncalibratedError(SettingsError):
    pass


class WriterError(RagError):
    pass

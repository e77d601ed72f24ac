"""Settings: command-line flag, then ``CITEWELL_*`` environment, then ``<home>/config.toml``.

Nothing in the working folder or in an indexed folder is ever read as configuration.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from index.errors import why
from rag.errors import SettingsError

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"

# How a person says each type, and what it may be written as in TOML or in the environment.
KINDS: dict[type, tuple[str, tuple[type, ...]]] = {
    str: ("text in quotes", (str,)),
    int: ("a whole number", (str, int)),
    float: ("a number", (str, int, float)),
}
LIMITS = {
    "threads": (1, 256),
    "retrieve_k": (1, 10_000),
    "read_k": (1, 1_000),
    "max_sentences": (1, 100),
    "max_error": (0.0, 0.99),
    "cache_mb": (0, 1_000_000),
    "max_file_mb": (1, 100_000),
    "port": (0, 65_535),
    "llm_timeout_s": (0.1, 3_600.0),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; in the environment ``CITEWELL_`` and its name in capitals."""

    embedder: str = DEFAULT_EMBEDDER  # or the folder or name of any sentence-transformers model
    allow_download: bool = False  # let a named model come from a hub
    reader: str = "trained"  # or "similarity"
    mode: str = "extractive"  # or "llm"
    threads: int = 2  # of torch and FAISS, and pages that --ocr reads at once
    retrieve_k: int = 50  # passages that each of dense and BM25 search gives to the fusion
    read_k: int = 10  # passages that are read for an answer at most
    max_sentences: int = 8  # of one answer
    max_error: float = 0.0  # target share of wrong answers; 0: the shipped threshold
    cache_mb: int = 256  # token vectors of passages kept in memory
    max_file_mb: int = 25  # larger files are skipped, with the reason
    hidden: bool = False  # index hidden files and folders too
    ocr: bool = False  # recognise text in pictures of PDF pages, by the tesseract program
    ocr_languages: str = "eng"  # as tesseract names them, joined by "+": "eng+deu"
    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""  # bearer token; needed for any host but this machine
    llm_base_url: str = ""  # of an OpenAI-compatible endpoint; empty: no LLM
    llm_model: str = ""
    llm_api_key: str = ""
    llm_timeout_s: float = 60.0

    @property
    def has_llm(self) -> bool:
        return bool(self.llm_base_url and self.llm_model)


def default_home(env: Mapping[str, str] = os.environ) -> Path:
    """``CITEWELL_HOME``, else the platform's data folder."""
    if env.get("CITEWELL_HOME"):
        return absolute(Path(env["CITEWELL_HOME"]))
    from platformdirs import user_data_path

    return user_data_path("citewell")


def absolute(path: Path) -> Path:
    """With ``~`` filled in. Raises SettingsError where that is nobody's."""
    try:
        return path.expanduser().absolute()
    except RuntimeError as error:
        raise SettingsError(
            f"{path} names a user who is not there: write the whole path"
        ) from error


def load_settings(
    home: Path, flags: Mapping[str, Any] | None = None, env: Mapping[str, str] = os.environ
) -> Settings:
    """The settings in force for a home. Raises SettingsError, naming where the bad value stands."""
    settings = _apply(Settings(), _from_file(home / "config.toml"), str(home / "config.toml"))
    from_env = {
        field.name: env[name]
        for field in fields(Settings)
        if (name := f"CITEWELL_{field.name.upper()}") in env
    }
    settings = _apply(settings, from_env, "the environment (CITEWELL_*)")
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    return _check(_apply(settings, given, "the command line"))


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):  # what is wrong with a home, the index says
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as settings: {why(error)}") from error


def _apply(settings: Settings, values: Mapping[str, Any], where: str) -> Settings:
    known = {field.name: type(getattr(settings, field.name)) for field in fields(Settings)}
    changes = {}
    for name, value in values.items():
        if name not in known:
            close = ", ".join(sorted(known))
            raise SettingsError(f"unknown setting {name!r} in {where}; known are {close}")
        changes[name] = _convert(name, value, known[name], where)
    return replace(settings, **changes)


def _convert(name: str, value: Any, kind: type, where: str) -> Any:
    if kind is bool:
        text = str(value).casefold()
        if text in {"1", "true", "yes", "on"}:
            return True
        if text in {"0", "false", "no", "off", ""}:
            return False
        raise SettingsError(f"{name} in {where} is {value!r}; write true or false")
    wanted, accepted = KINDS[kind]
    if isinstance(value, accepted) and not isinstance(value, bool):
        try:
            return kind(value)
        except ValueError:
            pass
    raise SettingsError(f"{name} in {where} is {value!r}; write {wanted}")


def _check(settings: Settings) -> Settings:
    choices = {"mode": ("extractive", "llm"), "reader": ("trained", "similarity")}
    for name, allowed in choices.items():
        if getattr(settings, name) not in allowed:
            raise SettingsError(
                f"{name} is {getattr(settings, name)!r}; it can be {' or '.join(allowed)}"
            )
    for name, (low, high) in LIMITS.items():
        value = getattr(settings, name)
        if not low <= value <= high:  # nor is nan, which is in no order
            raise SettingsError(f"{name} is {value}; it must be from {low} to {high}")
    return settings

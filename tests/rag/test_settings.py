from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SettingsError
from rag.settings import Settings, default_home, load_settings


def with_file(home: Path, text: str | bytes) -> Path:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return home


def message(home: Path, env: dict[str, str] | None = None, **flags: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(home, flags, env or {})
    return str(caught.value)


def test_defaults_without_anything(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none", {}, {}) == Settings()


def test_flag_over_environment_over_file(tmp_path: Path) -> None:
    home = with_file(tmp_path, 'host = "a"\nport = 1\nread_k = 3\n')
    env = {"CITEWELL_HOST": "b", "CITEWELL_PORT": "2"}
    settings = load_settings(home, {"host": "c", "mode": None}, env)
    assert (settings.host, settings.port, settings.read_k) == ("c", 2, 3)
    assert settings.mode == "extractive"


def test_each_setting_from_the_environment(tmp_path: Path) -> None:
    given = {"bool": "yes", "int": "7", "float": "0.5", "str": "word"}
    expected = {"bool": True, "int": 7, "float": 0.5, "str": "word"}
    for field in fields(Settings):
        if field.name in {"mode", "reader"}:
            continue
        kind = type(getattr(Settings(), field.name)).__name__
        settings = load_settings(tmp_path, {}, {f"CITEWELL_{field.name.upper()}": given[kind]})
        assert getattr(settings, field.name) == expected[kind], field.name


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_words_for_true(tmp_path: Path, word: str) -> None:
    assert load_settings(tmp_path, {}, {"CITEWELL_ALLOW_DOWNLOAD": word}).allow_download


@pytest.mark.parametrize("word", ["0", "False", "no", "off", ""])
def test_words_for_false(tmp_path: Path, word: str) -> None:
    home = with_file(tmp_path, "allow_download = true")
    assert not load_settings(home, {}, {"CITEWELL_ALLOW_DOWNLOAD": word}).allow_download


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("THREADS", "two", "threads in the environment (CITEWELL_*) is 'two'; write a whole"),
        ("THREADS", "0", "threads is 0; it must be from 1"),
        ("THREADS", "1.5", "write a whole number"),
        ("RETRIEVE_K", "9" * 30, "retrieve_k is"),
        ("RETRIEVE_K", "9" * 5_000, "write a whole number"),
        ("MAX_SENTENCES", "-1", "max_sentences is -1; it must be from 1"),
        ("CACHE_MB", "-1", "cache_mb is -1; it must be from 0"),
        ("MAX_ERROR", "1", "max_error is 1.0; it must be from 0.0 to 0.99"),
        ("MAX_ERROR", "-0.1", "max_error is -0.1; it must be from 0.0"),
        ("MAX_ERROR", "5%", "write a number"),
        ("PORT", "65536", "port is 65536; it must be from 0 to 65535"),
        ("ALLOW_DOWNLOAD", "maybe", "write true or false"),
        ("LLM_TIMEOUT_S", "soon", "write a number"),
        ("LLM_TIMEOUT_S", "0", "llm_timeout_s is 0.0; it must be from 0.1"),
        ("LLM_TIMEOUT_S", "nan", "llm_timeout_s is nan; it must be from"),
        ("LLM_TIMEOUT_S", "inf", "llm_timeout_s is inf; it must be from"),
        ("MODE", "magic", "mode is 'magic'; it can be extractive or llm"),
        ("READER", "oracle", "reader is 'oracle'; it can be trained or similarity"),
    ],
)
def test_bad_values_in_the_environment(tmp_path: Path, name: str, value: str, says: str) -> None:
    assert says in message(tmp_path, {f"CITEWELL_{name}": value})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = ", "cannot be read as settings"),
        (b"\xff\xfe", "cannot be read as settings"),
        ("prot = 1", "unknown setting 'prot' in"),
        ("port = 1.5", "port in"),
        ("port = true", "write a whole number"),
        ("host = 5", "write text in quotes"),
        ("[embedder]\nname = 'x'", "write text in quotes"),
        ("llm_timeout_s = [1]", "write a number"),
        ("allow_download = 'perhaps'", "write true or false"),
    ],
)
def test_bad_files_are_named(tmp_path: Path, text: str | bytes, says: str) -> None:
    said = message(with_file(tmp_path, text))
    assert says in said
    assert str(tmp_path / "config.toml") in said


def test_a_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "cannot be read as settings" in message(tmp_path)


def test_a_home_that_is_a_file_is_for_the_index_to_refuse(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("port = 1")
    assert load_settings(home, {}, {}) == Settings()


def test_unknown_flags_are_refused(tmp_path: Path) -> None:
    assert "unknown setting 'colour' in the command line" in message(tmp_path, colour="red")


def test_the_llm_is_off_unless_both_its_settings_are_there(tmp_path: Path) -> None:
    url, model = {"CITEWELL_LLM_BASE_URL": "http://x"}, {"CITEWELL_LLM_MODEL": "m"}
    assert not load_settings(tmp_path, {}, {"OPENAI_API_KEY": "sk-found-by-chance"}).has_llm
    assert not load_settings(tmp_path, {}, url).has_llm
    assert not load_settings(tmp_path, {}, model).has_llm
    assert load_settings(tmp_path, {}, url | model).has_llm


def test_nothing_in_the_working_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CITEWELL_PORT=1\n")
    (tmp_path / "config.toml").write_text("port = 1\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings(tmp_path / "home", {}, {}) == Settings()


def test_home_from_the_environment(tmp_path: Path) -> None:
    assert default_home({"CITEWELL_HOME": str(tmp_path)}) == tmp_path
    assert default_home({"CITEWELL_HOME": "a/b"}) == Path.cwd() / "a" / "b"
    for env in ({}, {"CITEWELL_HOME": ""}):
        assert default_home(env).is_absolute()
        assert default_home(env).name == "citewell"


def test_a_home_of_nobody() -> None:
    with pytest.raises(SettingsError, match="write the whole path"):
        default_home({"CITEWELL_HOME": "~no-such-user-here/citewell"})


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.sampled_from([field.name for field in fields(Settings)]), values)
def test_any_value_gives_settings_or_says_why_not(name: str, value: Any) -> None:
    try:
        settings = load_settings(Path("/nowhere/at/all"), {name: value}, {})
    except SettingsError as error:
        said = str(error)
    else:
        assert type(getattr(settings, name)) is type(getattr(Settings(), name))
        said = name
    assert name in said

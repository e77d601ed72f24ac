from __future__ import annotations

from itertools import combinations

import pytest

from index.passages.language import CODES, FUNCTION_WORDS, SCRIPTS, language, named

TEXTS = {
    "English": "The mill at the river was built in 1843 by a smith who came from the coast, and "
    "it has been used ever since for the grain of the whole valley.",
    "German": "Die Mühle am Fluss wurde 1843 von einem Schmied gebaut, der von der Küste kam, und "
    "sie ist seitdem für das Korn des ganzen Tals im Gebrauch.",
    "French": "Le moulin de la rivière a été construit en 1843 par un forgeron qui venait de la "
    "côte, et il est depuis utilisé pour le grain de toute la vallée.",
    "Spanish": "El molino del río fue construido en 1843 por un herrero que vino de la costa, y "
    "desde entonces se usa para el grano de todo el valle.",
    "Italian": "Il mulino sul fiume è stato costruito nel 1843 da un fabbro che veniva dalla "
    "costa, e da allora serve per il grano di tutta la valle.",
    "Portuguese": "O moinho do rio foi construído em 1843 por um ferreiro que veio da costa, e "
    "desde então é usado para os grãos de todo o vale, mas não para uma cidade.",
    "Dutch": "De molen aan de rivier is in 1843 gebouwd door een smid van de kust, en het wordt "
    "sindsdien voor het graan van het hele dal gebruikt.",
    "Polish": "Młyn nad rzeką został zbudowany w 1843 roku przez kowala z wybrzeża i od tego czasu "
    "służy do mielenia ziarna z całej doliny, że nie jest to mało.",
    "Swedish": "Kvarnen vid floden byggdes 1843 av en smed som kom från kusten, och den har inte "
    "stått still, för det är hela dalens kvarn.",
    "Russian or another language in Cyrillic": "Мельница у реки была построена в 1843 году.",
    "Chinese": "河边的磨坊是一八四三年由一位来自海边的铁匠建造的，从那时起一直使用。",
    "Japanese": "川沿いの水車小屋は、海岸から来た鍛冶屋によって一八四三年に建てられた。",
    "Korean": "강가의 방앗간은 해안에서 온 대장장이가 천팔백사십삼년에 지었다.",
    "Greek": "Ο μύλος στο ποτάμι χτίστηκε το 1843 από έναν σιδηρουργό.",
}


@pytest.mark.parametrize(("name", "text"), TEXTS.items())
def test_running_text_is_told(name: str, text: str) -> None:
    assert language(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1843; 1851; 1867",
        "Arvika, Karlstad, Sunne, Torsby, Filipstad, Kristinehamn, Hagfors, Säffle, Grums, Kil, "
        "Munkfors, Forshaga, Hammarö, Eda",
        "W-0714 and W-0715, W-0716 or W-0717: Mill weir, Gravel pit, Tannery bridge, Marsh ditch",
        "W 12, W 14, W 18: Mill weir, Gravel pit, Tannery bridge, Marsh ditch, Fish ladder",
        "The mill.",
        "Who owns it?",
    ],
)
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert language(text) is None


def test_no_function_word_is_in_two_lists() -> None:
    lists = [set(words.split()) for words in FUNCTION_WORDS.values()]
    assert not any(one & other for one, other in combinations(lists, 2))


def test_a_language_tag_is_named_as_a_text_is() -> None:
    assert [named(tag) for tag in ("de", "de-AT", "EN_us", " pt-BR", "tlh", "")] == [
        "German", "German", "English", "Portuguese", None, None,
    ]  # fmt: skip
    assert set(CODES.values()) == {*FUNCTION_WORDS, *SCRIPTS.values()}


def test_a_single_word_that_comes_again_and_again_is_a_name() -> None:
    rows = "\n".join(f"Van {i} | KX2{i} ABT | Imran Shah | Kraków | next service" for i in range(9))
    assert language(rows) is None


def test_words_of_a_short_english_text_are_not_taken_for_italian() -> None:
    said = "I can't come before Sunday, my shift ends at 7. £24 per night since January."
    assert language(said) in (None, "English")

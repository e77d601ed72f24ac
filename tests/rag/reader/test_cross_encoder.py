from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag.errors import SettingsError
from rag.reader.cross_encoder import LONGEST, CrossEncoder, best_span
from rag.reader.files import (
    PINS,
    WEIGHTS,
    ReaderFile,
    read_reader,
    tokenizer_file,
    write_reader,
)
from rag.reader.network import Network, Shape, pack
from rag.reader.pair_input import FIXED, QUESTION_FLOOR, Item, Room, share_out
from rag.training.base import Base, from_bert, read_base
from tests.rag.reader.readers import TINY, encoder, item, network

SIZES: dict[str, Any] = {  # TINY's, as transformers names them
    "hidden_size": TINY.width,
    "num_hidden_layers": TINY.layers,
    "num_attention_heads": TINY.heads,
    "intermediate_size": TINY.inner,
    "initializer_range": 0.3,
}
SENTENCES = (
    "Ćirić's café cost 3.6 thousand €, not 2,500.",
    "北京是中国的首都。",
    "No.",
    "",
    "It was 🙂 built in 1889 by Gustave Eiffel's company, as the entrance to the fair.",
)


def words(ids: object) -> str:
    tokenizer = encoder()._tokenizer
    return str(tokenizer.decode(ids, skip_special_tokens=False))


def exported(folder: Path, net: Network) -> Path:
    reader = ReaderFile(net.state_dict(), net.shape, 128, {"seed": 1}, {"auroc": 0.5})
    write_reader(folder, reader)
    return folder


# --- what is read -----------------------------------------------------------------------


def test_an_input_is_written_as_documented() -> None:
    made = item("It is red.", question="What colour?", headings=("Cars", "Old cars"))
    (one,) = encoder().encode([made])
    assert words(one.ids) == (
        "[CLS] what colour? [SEP] cars old cars : before. # it is red. # after. [SEP]"
    )
    assert words(one.ids[one.sentence.start : one.sentence.end]) == "it is red."
    assert words(one.ids[: one.second]) == "[CLS] what colour? [SEP]"


def test_special_tokens_in_a_text_are_text() -> None:
    plain, tricky = encoder().encode([item("a b"), item("[SEP] [CLS]")])
    for one in (plain, tricky):
        assert sum(one.ids == encoder()._sep) == 2
        assert sum(one.ids == encoder()._cls) == 1


@pytest.mark.parametrize(
    ("lengths", "room"),
    [
        # question, headings, before, sentence, after -> 100 tokens to share
        ((10, [5, 5], 20, 30, 20), Room(10, 2, 5, 20, 30, 20)),  # all fits
        ((10, [15, 5], 20, 30, 25), Room(10, 1, 5, 20, 30, 25)),  # the outer heading goes
        ((10, [9, 15, 5], 20, 30, 25), Room(10, 1, 5, 20, 30, 25)),  # and those outside of it
        ((10, [5], 60, 40, 30), Room(10, 1, 5, 23, 40, 22)),  # both far ends of the context
        ((10, [5], 10, 40, 60), Room(10, 1, 5, 10, 40, 35)),  # the long side gives more
        ((10, [5], 60, 95, 30), Room(10, 1, 0, 0, 90, 0)),
        ((50, [5], 60, 70, 30), Room(30, 1, 0, 0, 70, 0)),  # the question's end
        ((50, [5], 9, 99, 9), Room(QUESTION_FLOOR, 1, 0, 0, 100 - QUESTION_FLOOR, 0)),
        ((10, [30], 9, 70, 9), Room(10, 1, 20, 0, 70, 0)),  # the innermost heading is cut
    ],
)
def test_what_is_cut_first(lengths: tuple[int, list[int], int, int, int], room: Room) -> None:
    question, headings, before, sentence, after = lengths
    assert share_out(question, headings, before, sentence, after, 100 + FIXED) == room


part = st.integers(0, 80)


@given(part, st.lists(part, max_size=3), part, st.integers(0, 300), part, st.integers(64, 128))
def test_shares_fit_the_window_and_leave_nothing_empty_that_is_needed(
    question: int, headings: list[int], before: int, sentence: int, after: int, window: int
) -> None:
    room = share_out(question, headings, before, sentence, after, window)
    outer = headings[len(headings) - room.headings : -1] if room.headings > 1 else []
    rest = sum(outer) + room.innermost + room.before + room.after
    used = room.question + room.sentence + rest
    assert used <= window - FIXED
    assert min(room.question, room.innermost, room.before, room.after) >= 0
    assert room.question >= min(question, QUESTION_FLOOR)
    if room.sentence < sentence:  # the sentence is cut only when all else is gone
        assert rest == 0
        assert room.question == min(question, QUESTION_FLOOR)
    if room.before < before or room.after < after:
        assert sum(outer) == 0
        assert used == window - FIXED


def test_the_context_loses_its_far_ends() -> None:
    made = item("S.", before="a b c d e f g h", after="i j k l m n o p", headings=())
    (one,) = encoder(FIXED + 11).encode([made])  # two tokens each of question and sentence
    assert words(one.ids) == "[CLS] who? [SEP] : e f g h # s. # i j k [SEP]"


def test_offsets_are_code_points_of_the_sentence() -> None:
    for sentence, one in zip(
        SENTENCES, encoder().encode([item(sentence) for sentence in SENTENCES]), strict=True
    ):
        parts = [sentence[start:end] for start, end in one.offsets]
        assert "".join(parts) == "".join(sentence.split())
        assert len(parts) == len(one.sentence)


def test_a_span_is_widened_to_whole_words() -> None:
    sentence = "Ćirić's café, unbelievableness."
    (one,) = encoder().encode([item(sentence)])
    inside = Span(sentence.index("lievable"), sentence.index("lievable") + 3)
    tokens = one.tokens_of(inside)
    assert tokens is not None
    assert len(tokens) > 1
    assert one.text_of(tokens).of(sentence) == "unbelievableness"
    cafe = one.tokens_of(Span(8, 12))
    assert cafe is not None
    assert one.text_of(cafe).of(sentence) == "café"
    assert one.tokens_of(Span(7, 8)) is None  # a space


# --- the network ------------------------------------------------------------------------


def test_packed_inputs_give_what_bert_gives() -> None:
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=TINY.vocabulary,
        max_position_embeddings=TINY.positions,
        **SIZES,
    )
    bert = BertModel(config, add_pooling_layer=False).train(False)
    ours = Network(TINY).eval()
    missing, unknown = ours.load_state_dict(from_bert(bert.state_dict()), strict=False)
    assert not unknown
    assert {name.split(".")[0] for name in missing} == {"mark", "judge", "answers", "span"}
    inputs = encoder().encode([item(sentence) for sentence in SENTENCES])
    batch = pack(inputs)
    with torch.inference_mode():
        states = ours.states(batch)
        for number, at in enumerate(batch.order):
            ids = torch.from_numpy(inputs[at].ids.astype(np.int64))[None]
            kinds = (torch.arange(ids.shape[1]) >= inputs[at].second).long()[None]
            expected = bert(input_ids=ids, token_type_ids=kinds).last_hidden_state[0]
            start = int(batch.first[number])
            torch.testing.assert_close(
                states[start : start + ids.shape[1]], expected, atol=1e-5, rtol=1e-4
            )


def test_packed_inputs_give_what_mpnet_gives(tmp_path: Path) -> None:
    """Its folder is read as published; its places and words stand elsewhere than BERT's."""
    from safetensors.torch import save_file
    from tokenizers import Tokenizer
    from transformers import MPNetConfig, MPNetModel

    torch.manual_seed(4)
    vocabulary = Tokenizer.from_file(str(tokenizer_file())).get_vocab()
    frame = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}
    words = ["<s>", "<pad>", "</s>", "<unk>"]
    words += [word for word in sorted(vocabulary) if word not in frame]
    config = MPNetConfig(
        vocab_size=len(words),
        max_position_embeddings=TINY.positions + 2,
        **SIZES,
    )
    mpnet = MPNetModel(config, add_pooling_layer=False).train(False)
    (tmp_path / "config.json").write_text(json.dumps(config.to_dict()))
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    save_file(dict(mpnet.state_dict()), tmp_path / "model.safetensors")
    assert _layers(read_base(tmp_path, 1)) == (1, {"0"})
    base = read_base(tmp_path)
    assert _layers(base) == (2, {"0", "1"})
    assert base.shape.distances == 32
    ours = Network(base.shape).eval()
    missing, unknown = ours.load_state_dict(dict(base.weights), strict=False)
    assert not unknown
    assert {name.split(".")[0] for name in missing} == {"mark", "judge", "answers", "span"}
    at = {word: number for number, word in enumerate(words)}
    theirs = {number: at[frame.get(word, word)] for word, number in vocabulary.items()}
    inputs = encoder().encode([item(sentence) for sentence in SENTENCES])
    batch = pack(inputs)
    with torch.inference_mode():
        states = ours.states(batch)
        for number, place in enumerate(batch.order):
            ids = torch.tensor([[theirs[one] for one in inputs[place].ids.tolist()]])
            expected = mpnet(input_ids=ids).last_hidden_state[0]
            start = int(batch.first[number])
            torch.testing.assert_close(
                states[start : start + ids.shape[1]], expected, atol=1e-5, rtol=1e-4
            )


def _layers(base: Base) -> tuple[int, set[str]]:
    names = {name.split(".")[1] for name in base.weights if name.startswith("layers.")}
    return base.shape.layers, names


def test_a_folder_that_holds_no_such_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=str(tmp_path)):
        read_base(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "vocab.txt").write_text("a")
    with pytest.raises(SettingsError, match="BERT or an MPNet"):
        read_base(tmp_path)


def test_only_the_sentences_tokens_are_marked() -> None:
    inputs = encoder().encode([item("The sentence."), item("A longer sentence than that.")])
    batch = pack(inputs)
    marked = set(batch.marked.tolist())
    for number, at in enumerate(batch.order):
        start, one = int(batch.first[number]), inputs[at]
        here = {row - start for row in marked if 0 <= row - start < len(one.ids)}
        assert here == set(range(one.sentence.start, one.sentence.end))
    blind = Network(TINY).eval()
    with torch.inference_mode():
        before = blind.states(batch)
        blind.mark.copy_(torch.arange(TINY.width))
        after = blind.states(batch)
    assert not torch.allclose(before, after)


def test_the_same_words_score_by_which_of_them_are_marked() -> None:
    reader = CrossEncoder(network(spread=0.5), encoder())
    first, second = reader.score(
        [
            Item("Who?", (), "", "A man.", "A dog."),
            Item("Who?", (), "A man.", "A dog.", ""),
        ]
    )
    assert first.answers != pytest.approx(second.answers, abs=1e-3)


def test_scores_do_not_depend_on_what_is_beside_an_item() -> None:
    reader = CrossEncoder(network(spread=0.5), encoder())
    items = [item(f"{sentence} {'x ' * at}") for at, sentence in enumerate(SENTENCES * 20)]
    together = reader.score(items)
    for at in (0, 3, 44, 99):
        (alone,) = reader.score([items[at]])
        assert alone.answers == pytest.approx(together[at].answers, abs=1e-4)
        assert alone.highlight == together[at].highlight
    assert reader.score([]) == []


def test_bfloat16_gives_nearly_the_same_scores() -> None:
    items = [item(sentence) for sentence in SENTENCES]
    exact = CrossEncoder(network(spread=0.3), encoder()).score(items)
    rough = CrossEncoder(network(spread=0.3), encoder(), bf16=True).score(items)
    for one, other in zip(exact, rough, strict=True):
        assert one.answers == pytest.approx(other.answers, abs=0.1)
    assert [one.answers for one in exact] != [one.answers for one in rough]


def test_threads_may_share_a_reader() -> None:
    reader = CrossEncoder(network(spread=0.5), encoder())
    items = [item(f"{sentence} {at}") for at, sentence in enumerate(SENTENCES * 4)]
    expected = reader.score(items)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(reader.score, [items] * 8))


# --- highlights -------------------------------------------------------------------------


def test_a_highlight_is_made_of_whole_words_of_the_sentence() -> None:
    reader = CrossEncoder(network(spread=0.5), encoder())
    judged = reader.score([item(sentence) for sentence in SENTENCES])
    for sentence, one in zip(SENTENCES, judged, strict=True):
        if not sentence:
            assert (one.highlight, one.chance) == (None, 0.0)
            continue
        assert one.highlight is not None
        text = one.highlight.of(sentence)
        assert text
        assert text == text.strip()
        assert 0 < one.chance <= 1


def test_the_best_span_is_that_of_a_search_over_all() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        n = int(random.integers(1, 60))
        start, end = random.normal(size=(2, n)).astype(np.float32) * 3
        of_word = np.cumsum(random.integers(0, 2, n)).astype(np.int32)
        chances = {
            Span(a, b + 1): np.exp(float(start[a]) + float(end[b]))
            for a in range(n)
            for b in range(a, min(n, a + LONGEST))
            if (a == 0 or of_word[a - 1] != of_word[a])
            and (b == n - 1 or of_word[b + 1] != of_word[b])
        }
        span, chance = best_span(start, end, of_word)
        assert span == max(chances, key=lambda one: chances[one])
        assert chance == pytest.approx(chances[span] / sum(chances.values()))


# --- files ------------------------------------------------------------------------------


def test_what_is_exported_scores_the_same_when_opened(tmp_path: Path) -> None:
    net = network(spread=0.5)
    with torch.no_grad():
        for value in net.parameters():
            value.copy_(value.bfloat16().float())  # so that rounding loses nothing
    items = [item(sentence) for sentence in SENTENCES]
    opened = CrossEncoder.open(exported(tmp_path, net))
    assert opened.score(items) == CrossEncoder(net, encoder()).score(items)
    pins = json.loads((tmp_path / PINS).read_text())
    assert opened.fingerprint.endswith(pins["weights"]["sha256"][:16])
    assert (pins["recipe"], pins["figures"]) == ({"seed": 1}, {"auroc": 0.5})


def test_minilm_fits_in_50_mb(tmp_path: Path) -> None:
    exported(tmp_path, Network(Shape()))
    assert (tmp_path / WEIGHTS).stat().st_size < 50_000_000


@pytest.mark.parametrize("place", [0.0, 0.001, 0.5, 0.9999])
def test_a_flipped_byte_is_refused(tmp_path: Path, place: float) -> None:
    file = exported(tmp_path, network()) / WEIGHTS
    data = bytearray(file.read_bytes())
    data[int(place * len(data))] ^= 1
    file.write_bytes(data)
    with pytest.raises(SettingsError, match="damaged"):
        CrossEncoder.open(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "citewell.reader/1"}, "of the format"),
        ({"tokenizer_sha256": "0"}, "not the tokenizer"),
        ({"shape": {"wide": 3}}, "cannot be used"),
        ({"shape": {"width": 64}}, "not those of this version's network"),
        ({"max_tokens": None}, "cannot be used"),
    ],
)
def test_another_format_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    file = exported(tmp_path, network()) / PINS
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(SettingsError, match=message):
        CrossEncoder.open(tmp_path)


@pytest.mark.parametrize("name", [WEIGHTS, PINS])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (exported(tmp_path, network()) / name).unlink()
    with pytest.raises(SettingsError, match=name):
        read_reader(tmp_path)


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (exported(tmp_path, network()) / PINS).write_text("[1]")
    with pytest.raises(SettingsError, match="no JSON object"):
        read_reader(tmp_path)

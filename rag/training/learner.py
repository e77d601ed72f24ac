"""One step of training, and all that the next step depends on."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from index.embed import has_bf16
from rag.reader.network import Network, pack
from rag.training.batches import Example
from rag.training.losses import losses


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what is learned from given files.

    ``batch_tokens`` is without padding; ``most`` pairs of a question are read in one epoch.
    ``warm_up`` is a share of all steps; after it the rate falls in a line to 0.
    """

    seed: int = 20260101
    epochs: float = 5.0
    batch_tokens: int = 32_768
    most: int = 12
    rate: float = 1.5e-4
    head_rate: float = 5e-4  # of what starts at random
    warm_up: float = 0.05
    weight_decay: float = 0.01
    dropout: float = 0.1
    average: float = 0.998  # of the weights' moving average
    clip: float = 1.0
    rank_weight: float = 1.0
    span_weight: float = 0.5
    hard: float = 0.5  # share of the data's own labels where teachers say something too
    temperature: float = 1.0  # by which logits are divided before the two are compared
    max_tokens: int = 112
    every: int = 500  # steps between evaluations
    stop_questions: int = 1_500  # read at each of them
    patience: int = 8  # evaluations without a better one
    keep: float = 0.0  # share of the weights that it started from in those that come of it
    frozen: int = 0  # of the lowest layers, which with the embeddings stay as they were


class Learner:
    """The network, its optimiser, and the moving average that is evaluated and kept."""

    def __init__(
        self, network: Network, recipe: Recipe, steps: int, device: torch.device, *, bf16: bool
    ) -> None:
        self.network = network.to(device).train()
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.step = 0
        self.device = device
        self._recipe = recipe
        self._steps = steps
        self._bf16 = bf16
        _freeze(self.network, recipe.frozen)
        learned = {name: one for name, one in network.named_parameters() if one.requires_grad}
        self._names = list(learned)
        self._optimiser = torch.optim.AdamW(
            [_group(name, one, recipe) for name, one in learned.items()], fused=True
        )

    def learn(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """One step on a batch; the losses before it, on the device: to ask for their values is to
        wait for the step, in which time the next batch could be packed."""
        recipe = self._recipe
        part = share_of_rate(self.step, self._steps, recipe.warm_up)
        for group in self._optimiser.param_groups:
            group["lr"] = group["full_rate"] * part
        batch = pack([one.encoded for one in examples], self.device)
        with self.autocast():
            output = self.network(batch)
        found = losses(output, batch, examples, recipe.hard, recipe.temperature)
        loss = found.answers + recipe.rank_weight * found.rank + recipe.span_weight * found.span
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.step += 1
        self._follow()
        return {
            "loss": loss.detach(),
            "loss_answers": found.answers.detach(),
            "loss_rank": found.rank.detach(),
            "loss_span": found.span.detach(),
        }

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self._bf16)

    @torch.no_grad()
    def _follow(self) -> None:
        """Moves the average; at the start it looks back over a tenth of the steps at most."""
        keep = min(self._recipe.average, (1 + self.step) / (10 + self.step))
        for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)

    def state(self) -> dict[str, Tensor]:
        """All tensors that the next step depends on, with those of torch's random numbers."""
        return dict(self._state())

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        yield "random", torch.get_rng_state()
        if self.device.type == "cuda":
            yield "random.cuda", torch.cuda.get_rng_state(self.device)
        for prefix, network in (("network", self.network), ("average", self.average)):
            for name, value in network.state_dict().items():
                yield f"{prefix}.{name}", value
        for at, values in self._optimiser.state_dict()["state"].items():
            for key, value in values.items():
                yield f"optimiser.{key}.{self._names[at]}", value

    def restore(self, state: Mapping[str, Tensor], step: int) -> None:
        """The inverse of ``state``. Raises KeyError or RuntimeError where it does not fit."""
        self.network.load_state_dict(_under(state, "network."))
        self.average.load_state_dict(_under(state, "average."))
        moments: dict[int, dict[str, Tensor]] = {}
        for at, name in enumerate(self._names) if step else ():
            keys = ("step", "exp_avg", "exp_avg_sq")
            moments[at] = {key: state[f"optimiser.{key}.{name}"] for key in keys}
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": moments, "param_groups": groups})
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and "random.cuda" in state:
            torch.cuda.set_rng_state(state["random.cuda"], self.device)
        self.step = step


def multiplies_bf16(device: torch.device) -> bool:
    """Whether products in bfloat16 are done by the device itself: three times as fast then."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return has_bf16()


def fast_products(device: torch.device) -> torch.autocast:
    """In bfloat16 where the device multiplies it itself."""
    return torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bf16(device))


def share_of_rate(step: int, steps: int, warm_up: float) -> float:
    """Rises in a line over the first ``warm_up`` of the steps, then falls in one to 0."""
    first = max(1.0, steps * warm_up)
    return min((step + 1) / first, max(0.0, (steps - step) / max(1.0, steps - first)))


def _freeze(network: Network, layers: int) -> None:
    """The embeddings and so many of the lowest layers; nothing where these are none."""
    if layers:
        for part in (network.words, network.places, network.kinds, *network.layers[:layers]):
            part.requires_grad_(False)


def _group(name: str, parameter: nn.Parameter, recipe: Recipe) -> dict[str, Any]:
    fresh = name.split(".")[0] in ("mark", "judge", "answers", "span")
    rate = recipe.head_rate if fresh else recipe.rate
    decay = recipe.weight_decay if parameter.dim() > 1 else 0.0  # not of norms and biases
    return {"params": [parameter], "lr": rate, "full_rate": rate, "weight_decay": decay}


def _under(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)
    }

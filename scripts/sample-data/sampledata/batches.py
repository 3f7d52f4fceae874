"""Batches of passages for BERT's two pre-training objectives: masked words, and whether the second sentence belongs to the first."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from .corpus import Passage

PAD, CLS, SEP, MASK = 0, 2, 3, 4
ALONE = -100  # what cross_entropy leaves out


@dataclass(frozen=True)
class Encoded:
    first: list[int]
    second: list[int]
    kind: str


@dataclass(frozen=True)
class Batch:
    input_ids: torch.Tensor  # [B, S]
    token_type_ids: torch.Tensor  # [B, S]
    attention_mask: torch.Tensor  # [B, S]
    masked: torch.Tensor  # [B, S] bool: positions whose word is to be found
    words: torch.Tensor  # [number of masked positions]
    is_random: torch.Tensor  # [B] 1 where the second sentence comes from another passage (BERT's label order), ALONE without one


def encode(passages: list[Passage], tokenizer) -> list[Encoded]:
    first = tokenizer([p.first for p in passages], add_special_tokens=False)["input_ids"]
    second = tokenizer([p.second for p in passages], add_special_tokens=False)["input_ids"]
    return [Encoded(a, b, p.kind) for a, b, p in zip(first, second, passages, strict=True)]


def _continuations(group: list[Encoded], rng: random.Random) -> list[tuple[list[int], list[int], int]]:
    """Half of the passages get the second sentence of another passage of their kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(group):
        by_kind[item.kind].append(index)
    rows = []
    for item in group:
        if not item.second:
            rows.append((item.first, [], ALONE))
        elif rng.random() < 0.5:
            other = group[rng.choice(by_kind[item.kind])]
            rows.append((item.first, other.second, int(other.second != item.second)))
        else:
            rows.append((item.first, item.second, 0))
    return rows


def _mask(ids: torch.Tensor, vocabulary: int, rate: float, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """BERT's rule: of the chosen words 80 % become [MASK], 10 % another word, 10 % stay."""
    draw = torch.rand(ids.shape, generator=generator)
    chosen = (ids > MASK) & (draw < rate)
    how = draw / rate
    random_words = torch.randint(MASK + 1, vocabulary, ids.shape, generator=generator)
    corrupted = torch.where(chosen & (how < 0.8), MASK, ids)
    return torch.where(chosen & (how >= 0.8) & (how < 0.9), random_words, corrupted), chosen


def collate(group: list[Encoded], vocabulary: int, rate: float, rng: random.Random, generator: torch.Generator) -> Batch:
    rows = _continuations(group, rng)
    width = max(len(a) + len(b) for a, b, _ in rows) + 3
    ids = torch.full((len(rows), width), PAD)
    types = torch.zeros_like(ids)
    for index, (a, b, _) in enumerate(rows):
        line = [CLS, *a, SEP, *b, SEP] if b else [CLS, *a, SEP]
        ids[index, : len(line)] = torch.tensor(line)
        types[index, len(a) + 2 : len(line)] = 1
    corrupted, chosen = _mask(ids, vocabulary, rate, generator)
    return Batch(corrupted, types, (ids != PAD).long(), chosen, ids[chosen], torch.tensor([label for _, _, label in rows]))


def batches(data: list[Encoded], size: int, vocabulary: int, rate: float, seed: int) -> Iterator[Batch]:
    """Endless. Each epoch is shuffled anew; passages of like length share a batch, so that little of it is padding."""
    rng = random.Random(f"{seed}/batches")
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = list(data)
        rng.shuffle(order)
        pool = size * 50
        groups = []
        for start in range(0, len(order), pool):
            window = sorted(order[start : start + pool], key=lambda item: len(item.first) + len(item.second))
            groups += [window[i : i + size] for i in range(0, len(window), size)]
        rng.shuffle(groups)
        for group in groups:
            yield collate(group, vocabulary, rate, rng, generator)

"""Pre-training of a tiny BERT by masked words and next sentences, with Transformers' model and AdamW."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional
from transformers import BertConfig, BertForPreTraining

from .batches import ALONE, Batch


@dataclass(frozen=True)
class Settings:
    steps: int
    learning_rate: float
    warmup: float = 0.05
    weight_decay: float = 0.01
    clip: float = 1.0


def config(vocabulary: int, layers: int, heads: int, positions: int) -> BertConfig:
    return BertConfig(
        attn_implementation="eager",
        vocab_size=vocabulary,
        hidden_size=128,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=512,
        max_position_embeddings=positions,
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
        initializer_range=0.06,  # 0.02 suits wider models; at 128 it costs hundreds of steps
    )


def _losses(model: BertForPreTraining, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean loss over the masked words (their positions only: the vocabulary projection is the dearest part), and over the pairs."""
    output = model.bert(batch.input_ids, attention_mask=batch.attention_mask, token_type_ids=batch.token_type_ids)
    words = model.cls.predictions(output.last_hidden_state[batch.masked])
    pairs = model.cls.seq_relationship(output.pooler_output)
    total = functional.cross_entropy(pairs.float(), batch.is_random, ignore_index=ALONE, reduction="sum")
    pair_loss = total / (batch.is_random != ALONE).sum().clamp(min=1)  # a batch of short sentences may have no pair
    return functional.cross_entropy(words.float(), batch.words), pair_loss


def _groups(model: torch.nn.Module, decay: float) -> list[dict[str, object]]:
    plain = [p for name, p in model.named_parameters() if name.endswith("bias") or "LayerNorm" in name]
    decayed = [p for name, p in model.named_parameters() if not (name.endswith("bias") or "LayerNorm" in name)]
    return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]


def _rate(step: int, settings: Settings) -> float:
    """Linear warm-up, then linear decay to 0."""
    warmup = max(1, int(settings.steps * settings.warmup))
    return min((step + 1) / warmup, (settings.steps - step) / (settings.steps - warmup))


def pretrain(model: BertForPreTraining, data: Iterator[Batch], settings: Settings) -> None:
    """Without dropout: the text is far larger than the model. bfloat16 where the matrix products are, fp32 weights."""
    model.eval()
    optimizer = torch.optim.AdamW(_groups(model, settings.weight_decay), lr=settings.learning_rate, betas=(0.9, 0.98), eps=1e-6)
    started, seen = time.time(), [0.0, 0.0]
    for step in range(settings.steps):
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * _rate(step, settings)
        with torch.autocast("cpu", torch.bfloat16):
            words, pairs = _losses(model, next(data))
        optimizer.zero_grad()
        (words + pairs).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()
        seen = [seen[0] + words.item(), seen[1] + pairs.item()]
        if (step + 1) % 200 == 0:
            print(
                f"step {step + 1}/{settings.steps}  words {seen[0] / 200:.3f}  pairs {seen[1] / 200:.3f}  {time.time() - started:.0f} s",
                flush=True,
            )
            seen = [0.0, 0.0]

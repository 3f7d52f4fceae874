"""
A loop written by hand for speed in PyTorch: packed tokens, one product for query, key and value, varlen flash attention, bf16 autocast.
What an expert writes in a day, with autograd. Not run.
"""

import torch
from common import DEVICE, Opponent, serve
from shared import dropout_rates
from torch import nn
from transformers import BertForSequenceClassification


class PackedLayer(nn.Module):
    """Takes over the modules of one of Transformers' layers."""

    def __init__(self, layer, heads, dropout):
        super().__init__()
        own = layer.attention.self
        self.qkv = nn.Linear(own.query.in_features, 3 * own.query.in_features)
        with torch.no_grad():
            self.qkv.weight.copy_(torch.cat([own.query.weight, own.key.weight, own.value.weight]))
            self.qkv.bias.copy_(torch.cat([own.query.bias, own.key.bias, own.value.bias]))
        self.attention, self.intermediate, self.output = layer.attention.output, layer.intermediate, layer.output
        self.heads, self.dropout = heads, dropout

    def forward(self, x, offsets, longest):
        query, key, value = self.qkv(x).view(len(x), 3, self.heads, -1).unbind(1)
        context = torch.ops.aten._flash_attention_forward(
            query, key, value, offsets, offsets, longest, longest, self.dropout if self.training else 0.0, False, False
        )[0]
        attended = self.attention(context.flatten(1), x)
        return self.output(self.intermediate(attended), attended)


class PackedBert(nn.Module):
    def __init__(self, model):
        super().__init__()
        config = model.config
        self.embeddings, self.pooler, self.classifier = model.bert.embeddings, model.bert.pooler, model.classifier
        self.layers = nn.ModuleList(
            PackedLayer(layer, config.num_attention_heads, config.attention_probs_dropout_prob) for layer in model.bert.encoder.layer
        )
        self.dropout = model.dropout

    def forward(self, ids, types, positions, offsets, longest):
        x = self.embeddings(input_ids=ids[None], token_type_ids=types[None], position_ids=positions[None])[0].to(torch.bfloat16)
        for layer in self.layers:
            x = layer(x, offsets, longest)
        return self.classifier(self.dropout(self.pooler(x[offsets[:-1].long()].unsqueeze(1))))


def build(folder, dropout):
    return PackedBert(BertForSequenceClassification.from_pretrained(folder, **dropout_rates(dropout))).to(DEVICE)


def collate(rows):
    lengths = [len(row["ids"]) for row in rows]
    return {
        "ids": torch.tensor([token for row in rows for token in row["ids"]]),
        "types": torch.tensor([int(i >= row["boundary"]) for row in rows for i in range(len(row["ids"]))]),
        "positions": torch.tensor([i for length in lengths for i in range(length)]),
        "offsets": torch.tensor([0, *lengths]).cumsum(0).to(torch.int32),
        "longest": max(lengths),
        "labels": torch.tensor([row["label"] for row in rows]),
    }


def logits(model, batch):
    with torch.autocast(DEVICE, dtype=torch.bfloat16):
        return model(**batch)


if __name__ == "__main__":
    serve(Opponent(build, collate, logits))

"""Transformers' BERT as its users run it without padding: a flattening collator and varlen flash attention, bf16 autocast. Not run."""

import torch
from common import DEVICE, Opponent, serve
from shared import dropout_rates
from transformers import BertConfig, BertForSequenceClassification, DataCollatorWithFlattening

COLLATOR = DataCollatorWithFlattening(return_position_ids=True, return_flash_attn_kwargs=True, separator_id=-100)


def build(folder, dropout):
    config = BertConfig.from_pretrained(folder, **dropout_rates(dropout))
    return BertForSequenceClassification.from_pretrained(folder, config=config, attn_implementation="flash_attention_2").to(DEVICE)


def collate(rows):
    flat = COLLATOR([{"input_ids": row["ids"], "labels": row["ids"]} for row in rows], return_tensors="pt")
    types = [type_id for row in rows for type_id in [0] * row["boundary"] + [1] * (len(row["ids"]) - row["boundary"])]
    flat["token_type_ids"] = torch.tensor([types])
    flat["labels"] = torch.tensor([row["label"] for row in rows])
    return dict(flat)


def logits(model, batch):
    """The task model's own forward pass reads one first token per row of the batch; here all sequences are one row."""
    with torch.autocast(DEVICE, dtype=torch.bfloat16):
        hidden = model.bert.encoder(
            model.bert.embeddings(
                input_ids=batch.pop("input_ids"), token_type_ids=batch.pop("token_type_ids"), position_ids=batch.pop("position_ids")
            ),
            **batch,
        ).last_hidden_state
        first = hidden[0, batch["cu_seq_lens_q"][:-1].long()]
        return model.classifier(model.dropout(model.bert.pooler(first.unsqueeze(1))))


if __name__ == "__main__":
    serve(Opponent(build, collate, logits))

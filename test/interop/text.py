"""What Transformers' BertTokenizerFast makes of the texts, and the reference's truncation loop over its tokens."""

from peer import serve
from transformers import BertTokenizerFast


def well_formed(text):
    """A lone surrogate has no UTF-8: it becomes U+FFFD, as when Node hands a string to native code."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def truncate(tokens_a, tokens_b, max_length):
    """bam/task_specific/classification/classification_tasks.py at 0c1bbe5, _truncate_seq_pair, restated."""
    while len(tokens_a) + len(tokens_b) > max_length:
        if len(tokens_a) > len(tokens_b):
            tokens_a.pop()
        else:
            tokens_b.pop()


def as_reference(tokenizer, a, b, max_length):
    a, b = list(a), list(b)
    truncate(a, b, max_length - 3)
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    return {"ids": [cls, *a, sep, *b, sep], "types": [0] * (len(a) + 2) + [1] * (len(b) + 1)}


def longest_first(tokenizer, a, b, max_length):
    encoded = tokenizer(a, b, truncation="longest_first", max_length=max_length)
    return {"ids": encoded["input_ids"], "types": encoded["token_type_ids"]}


def answer_for(folder, texts, pairs):
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    bare = [[tokenizer(side, add_special_tokens=False)["input_ids"] for side in (a, b)] for a, b, _ in pairs]
    return {
        "ids": ids,
        "pairs": {
            "reference": [as_reference(tokenizer, a, b, length) for (a, b), (_, _, length) in zip(bare, pairs, strict=True)],
            "longest_first": [longest_first(tokenizer, a, b, length) for a, b, length in pairs],
        },
    }


def answer(request, folder):
    texts = [well_formed(text) for text in request["texts"]]
    pairs = [(well_formed(pair["a"]), well_formed(pair["b"]), pair["maxLength"]) for pair in request["pairs"]]
    return [answer_for(path, texts, pairs) for path in request["folders"]]


serve(answer)

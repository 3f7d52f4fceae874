"""A WordPiece vocabulary and tokeniser of BERT's uncased kind, trained on the corpus."""

import string
from collections.abc import Iterable

from tokenizers import BertWordPieceTokenizer
from transformers import BertTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LETTERS = string.ascii_lowercase + string.digits


def train_tokenizer(texts: Iterable[str], size: int, positions: int) -> BertTokenizerFast:
    """Special tokens come first, in BERT's order. Every letter and digit has a piece for the start of a word and one for
    its inside, whether the texts need it or not: any ASCII text can be tokenised without [UNK]."""
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(
        texts,
        vocab_size=size,
        min_frequency=2,
        special_tokens=list(SPECIAL),
        initial_alphabet=[*LETTERS, *string.punctuation],
        show_progress=False,
    )
    words = trainer.get_vocab(with_added_tokens=True)
    for piece in (f"##{letter}" for letter in LETTERS):
        words.setdefault(piece, len(words))
    tokenizer = BertWordPieceTokenizer(words, lowercase=True)
    return BertTokenizerFast(tokenizer_object=tokenizer._tokenizer, do_lower_case=True, model_max_length=positions)

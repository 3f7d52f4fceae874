"""A WordPiece vocabulary and tokeniser of BERT's uncased kind, trained on the corpus."""

from collections.abc import Iterable

from tokenizers import BertWordPieceTokenizer
from transformers import BertTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def train_tokenizer(texts: Iterable[str], size: int, positions: int) -> BertTokenizerFast:
    """Special tokens come first, in BERT's order; letters unseen in the texts are added so that any ASCII text has pieces."""
    trainer = BertWordPieceTokenizer(lowercase=True)
    alphabet = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    trainer.train_from_iterator(
        texts, vocab_size=size, min_frequency=2, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    return BertTokenizerFast(tokenizer_object=trainer._tokenizer, do_lower_case=True, model_max_length=positions)

"""A tokenizer of byte-level BPE, learnt from the texts that a network is trained on.

Nothing here needs PyTorch, so that the recipes for quantisation read tokenizer.json with it.
"""

import json
from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

MAX_TOKENS = 64
VOCABULARY = 2_000
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
PADDING, UNKNOWN, START, END = SPECIAL


def learn(texts: Sequence[str]) -> Tokenizer:
    """A tokenizer that lower-cases, cuts words into pieces of the vocabulary, and cuts texts after MAX_TOKENS.

    Byte-level, since it has a token for every text there is, and since the trainer for WordPiece gives the pieces other
    numbers in every run.
    """
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (START, END)],
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def to_input(tokenizer: Tokenizer, texts: Sequence[str], length: int | None = None) -> dict[str, np.ndarray]:
    """The graph's inputs, int64 [count, length]; by default as long as the longest text."""
    encoded = [each.ids for each in tokenizer.encode_batch(list(texts))]
    length = length or max(map(len, encoded))
    ids = np.full((len(encoded), length), tokenizer.token_to_id(PADDING), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(encoded):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def to_files(tokenizer: Tokenizer) -> dict[str, bytes]:
    """The files beside model.onnx, as `transformers` writes them."""
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "do_lower_case": True,
        "pad_token": PADDING,
        "unk_token": UNKNOWN,
        "cls_token": START,
        "sep_token": END,
        "padding_side": "right",
        "truncation_side": "right",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    return {
        "tokenizer.json": (tokenizer.to_str(pretty=True) + "\n").encode(),
        "tokenizer_config.json": (json.dumps(config, indent=2) + "\n").encode(),
    }

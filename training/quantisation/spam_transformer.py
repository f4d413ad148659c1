"""Makes an int8 version of models/spamTransformer: dynamic quantisation, which needs no calibration.

    pip install -r training/quantisation/requirements.txt
    python training/quantisation/spam_transformer.py

Writes training/out/spamTransformer with both versions. A second run writes the same bytes of the model.
"""

from pathlib import Path

from onnxruntime.quantization import QuantType, quantize_dynamic
from quantised import Quantised, Samples, parse_folders, quantise, write
from tokenizers import Tokenizer

import sms
import subwords
from model_folder import DATA

# Twice what was measured: the rounding of a row depends on the rows that it shares a call with.
TOLERANCE = 0.15


def step(before: Path, after: Path) -> None:
    quantize_dynamic(
        before,
        after,
        weight_type=QuantType.QInt8,
        per_channel=True,
        # Weights of 7 bits: processors without VNNI add two products in 16 bits, and with 8 bits that overflows.
        reduce_range=True,
    )


def main() -> None:
    source, into = parse_folders(__doc__)
    _, held_back = sms.load(DATA / "SMSSpamCollection")
    version = source / "spamTransformer" / "1"
    tokenizer = Tokenizer.from_file(str(version / "tokenizer.json"))
    model = (version / "model.onnx").read_bytes()
    write(
        Quantised("spamTransformer", model, quantise(model, step), "dynamic, weights of 7 bits", TOLERANCE),
        Samples(subwords.to_input(tokenizer, held_back.texts), held_back.labels),
        source,
        into,
    )


if __name__ == "__main__":
    main()

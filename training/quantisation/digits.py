"""Makes an int8 version of models/digits: static quantisation, calibrated with pictures of the training part.

    pip install -r training/quantisation/requirements.txt
    python training/quantisation/digits.py

Writes training/out/digits with both versions. A second run writes the same bytes of the model.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from quantised import Quantised, Samples, parse_folders, quantise, write

import mnist

CALIBRATION_PICTURES = 500
TOLERANCE = 0.75


class Pictures(CalibrationDataReader):
    """Pictures from which the ranges of all values between the layers are taken."""

    def __init__(self, images: np.ndarray) -> None:
        self.batches: Iterator[np.ndarray] = iter(np.array_split(images, 10))

    def get_next(self) -> dict[str, np.ndarray] | None:
        batch = next(self.batches, None)
        return None if batch is None else {"image": batch}


def main() -> None:
    source, into = parse_folders(__doc__)
    training, held_back = mnist.load()
    chosen = np.random.RandomState(0).permutation(len(training.labels))[:CALIBRATION_PICTURES]
    images = mnist.to_input(training.pictures[chosen])

    model = (source / "digits" / "1" / "model.onnx").read_bytes()
    last = onnx.load_from_string(model).graph.node[-1].name

    def step(before: Path, after: Path) -> None:
        quantize_static(
            before,
            after,
            Pictures(images),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Weights of 7 bits: processors without VNNI add two products in 16 bits, and with 8 bits that overflows.
            reduce_range=True,
            # The last layer stays as it is: rounded to 8 bits, no logit could be beyond those of the calibration.
            nodes_to_exclude=[last],
        )

    write(
        Quantised(
            "digits",
            model,
            quantise(model, step),
            "static, QDQ, weights of 7 bits for each channel; the last layer in float",
            TOLERANCE,
        ),
        Samples({"image": mnist.to_input(held_back.pictures)}, held_back.labels),
        source,
        into,
    )


if __name__ == "__main__":
    main()

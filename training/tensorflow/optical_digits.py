"""Trains opticalDigits: a small Keras network for pictures of 8×8 pixels, by way of a SavedModel and tf2onnx.

    python training/tensorflow/optical_digits.py
"""

import os

# Before TensorFlow comes in: no talk of devices, and sums in the same order on every run.
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", TF_ENABLE_ONEDNN_OPTS="0")

import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import onnx
import tensorflow as tf
from sklearn import metrics
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model_folder import Golden, HeldBack, ModelVersion, Rows, parse_target

SEED = 0
HELD_BACK = 450
GOLDEN_COUNT = 5
INK = 16
OPSET = 17


class Served(tf.Module):
    """What goes into the SavedModel: the network, with the digit beside the probabilities.

    The batch dimension is None, so that the server may put any number of rows into one call.
    """

    def __init__(self, network: keras.Model) -> None:
        super().__init__()
        self.network = network

    @tf.function(input_signature=[tf.TensorSpec([None, 64], tf.float32, name="pixels")])
    def serve(self, pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        """The outputs by the names that the graph shall have."""
        probabilities = self.network(pixels, training=False)
        return {"label": tf.argmax(probabilities, axis=1, output_type=tf.int64), "probabilities": probabilities}


def train(pixels: np.ndarray, digits: np.ndarray) -> keras.Model:
    """A network with one hidden layer; the scaling of the pixels is in it, so that clients need not know of it."""
    network = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Rescaling(1 / INK),
            keras.layers.Dense(48, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy")
    network.fit(pixels, digits, epochs=60, batch_size=32, verbose=0)
    return network


def export(served: Served) -> bytes:
    """SavedModel, then ONNX.

    tf2onnx names the free dimension of each port anew, though it is one, and writes down the folder that it read from.
    """
    with tempfile.TemporaryDirectory() as folder:
        saved, file = Path(folder, "saved-model"), Path(folder, "model.onnx")
        tf.saved_model.save(served, str(saved), signatures={"serving_default": served.serve})
        command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", str(saved), "--opset", str(OPSET)]
        done = subprocess.run([*command, "--output", str(file)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        model = onnx.load(file)
    model.graph.ClearField("doc_string")
    for port in [*model.graph.input, *model.graph.output]:
        port.type.tensor_type.shape.dim[0].dim_param = "batch"
    return model.SerializeToString(deterministic=True)


def main() -> None:
    """Trains, exports, compares and writes."""
    target = parse_target(__doc__)
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    data = load_digits()
    pixels, digits = data.data.astype(np.float32), data.target
    training, held_back = train_test_split(
        np.arange(len(pixels)), test_size=HELD_BACK, stratify=digits, random_state=SEED
    )
    served = Served(train(pixels[training], digits[training]))
    outputs = {name: values.numpy() for name, values in served.serve(tf.constant(pixels)).items()}
    rows = Rows({"pixels": pixels}, outputs, [{"pixels": picture} for picture in data.data.astype(int).tolist()])
    predicted = outputs["label"]
    right = predicted == digits
    wrong = int(np.count_nonzero(~right[held_back]))
    recalls = metrics.recall_score(digits[held_back], predicted[held_back], average=None)
    mistaken = [index for index in held_back if not right[index]][:1]
    golden = [*held_back[right[held_back]][: GOLDEN_COUNT - len(mistaken)].tolist(), *mistaken]
    ModelVersion(target, "opticalDigits", 1, f"TensorFlow {tf.__version__}").save(
        export(served),
        Golden(
            rows.pick(golden),
            [
                f"picture {index}, a {digits[index]}" + ("" if right[index] else f" taken for a {predicted[index]}")
                for index in golden
            ],
        ),
        HeldBack(
            rows.pick(held_back), digits[held_back], predicted[held_back], {"accuracy": right[held_back].mean()}
        ),
        figures={
            "accuracy on held-back data": f"{right[held_back].mean():.3f} ({wrong} of {len(held_back)} wrong)",
            "accuracy on training data": f"{right[training].mean():.3f} of {len(training)}",
            "log loss on held-back data": f"{metrics.log_loss(digits[held_back], outputs['probabilities'][held_back]):.3f}",
            "worst recall, held back": f"{recalls.min():.3f}, of the digit {recalls.argmin()}",
        },
    )


if __name__ == "__main__":
    main()

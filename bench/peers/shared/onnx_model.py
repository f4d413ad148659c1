"""The model that a peer serves, the same code in all of them: a session, and rows to calls and back.

The environment says which model and how: MODEL, LABELS, THREADS, MAX_BATCH_SIZE.
"""

import base64
import os
from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime

Row = dict[str, np.ndarray]
"""The tensors of one row, by name, without the batch dimension."""

DATATYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64}


class OnnxModel:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ["THREADS"])
        # Threads that spin for work take the CPU from the server's other threads and processes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
        self.inputs = {port.name: (DATATYPES[port.type], _sizes(port.shape[1:])) for port in self.session.get_inputs()}
        self.labels = [label for label in os.environ.get("LABELS", "").split(",") if label]
        names = [port.name for port in self.session.get_outputs()]
        self.outputs = ["probabilities"] if self.labels else names[:1]

    def read(self, request: Mapping[str, object]) -> Row:
        """A row from JSON: nested lists, or the little-endian bytes in base64."""
        return {name: self._tensor(name, request[name]) for name in self.inputs}

    def predict(self, rows: Sequence[Row]) -> list[dict]:
        """One call for all rows. Rows of different lengths are filled up with 0, which their mask then says."""
        feeds = {name: _stack([row[name] for row in rows]) for name in self.inputs}
        (values,) = self.session.run(self.outputs, feeds)
        return [self._answer(row) for row in values]

    def _tensor(self, name: str, value: object) -> np.ndarray:
        datatype, shape = self.inputs[name]
        if isinstance(value, str):
            return np.frombuffer(base64.b64decode(value), datatype).reshape(shape)
        return np.asarray(value, datatype)

    def _answer(self, values: np.ndarray) -> dict:
        if not self.labels:
            return {"values": values.tolist()}
        best = int(values.argmax())
        return {"label": self.labels[best], "score": float(values[best])}


def max_batch_size() -> int:
    return int(os.environ["MAX_BATCH_SIZE"])


def workers() -> int:
    return int(os.environ["WORKERS"])


def port() -> int:
    return int(os.environ["PORT"])


def _sizes(shape: Sequence[int | str | None]) -> list[int]:
    """-1 for a dimension that is open."""
    return [size if isinstance(size, int) else -1 for size in shape]


def _stack(tensors: Sequence[np.ndarray]) -> np.ndarray:
    longest = max(len(tensor) for tensor in tensors)
    if all(len(tensor) == longest for tensor in tensors):
        return np.stack(tensors)
    stacked = np.zeros((len(tensors), longest), tensors[0].dtype)
    for into, tensor in zip(stacked, tensors, strict=True):
        into[: len(tensor)] = tensor
    return stacked

"""A model of Triton's Python backend: one call of onnxruntime for each batch that the dynamic batcher hands over."""

import os
import sys

# The backend's Python takes no notice of the variable, and would find the packages of the system first.
sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)

import numpy as np
import triton_python_backend_utils as triton
from onnx_model import OnnxModel


class TritonPythonModel:
    def initialize(self, args: dict) -> None:
        self.model = OnnxModel()

    def execute(self, requests: list) -> list:
        names = self.model.inputs
        feeds = [{name: triton.get_input_tensor_by_name(each, name).as_numpy() for name in names} for each in requests]
        # A request of Triton has a batch dimension of its own.
        rows = [{name: tensor[row] for name, tensor in feed.items()} for feed in feeds for row in range(_rows(feed))]
        answers = iter(self.model.predict(rows))
        return [_respond([next(answers) for _ in range(_rows(feed))]) for feed in feeds]


def _rows(feed: dict[str, np.ndarray]) -> int:
    return len(next(iter(feed.values())))


def _respond(answers: list[dict]):
    outputs = []
    for name in answers[0]:
        values = np.array([answer[name] for answer in answers], object if name == "label" else np.float32)
        outputs.append(triton.Tensor(name, values.reshape(len(answers), -1)))
    return triton.InferenceResponse(outputs)

"""BentoML with adaptive batching. A request carries a list of rows, which is how its batches are made."""

from typing import Any

import bentoml
from onnx_model import OnnxModel, max_batch_size, workers


@bentoml.service(workers=workers(), traffic={"timeout": 60}, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Predictions:
    def __init__(self) -> None:
        self.model = OnnxModel()

    @bentoml.api(batchable=True, max_batch_size=max_batch_size(), max_latency_ms=10_000)
    def predict(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return self.model.predict([self.model.read(row) for row in rows])

"""LitServe with batching. Its API servers and its workers are processes of their own, as many of each as WORKERS says."""

import os

import litserve
from onnx_model import OnnxModel, Row, max_batch_size, port, workers


class Predictions(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.model = OnnxModel()

    def decode_request(self, request: dict) -> Row:
        return self.model.read(request)

    def batch(self, inputs: list[Row]) -> list[Row]:
        return inputs

    def predict(self, rows: list[Row]) -> list[dict]:
        return self.model.predict(rows)

    def unbatch(self, output: list[dict]) -> list[dict]:
        return output

    def encode_response(self, output: dict) -> dict:
        return output


if __name__ == "__main__":
    api = Predictions(max_batch_size=max_batch_size(), batch_timeout=float(os.environ["BATCH_TIMEOUT_S"]))
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=workers(), fast_queue=True)
    server.run(host="127.0.0.1", port=port(), generate_client_file=False, log_level="warning", access_log=False)

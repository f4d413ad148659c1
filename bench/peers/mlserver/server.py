"""Writes the settings that MLServer reads from a folder, and starts it in the way of its docs, by `mlserver start`."""

import json
import os
import sys
import tempfile
from pathlib import Path

from onnx_model import max_batch_size, port, workers

folder = Path(tempfile.mkdtemp(prefix="inferql-mlserver-"))
settings = {
    "host": "127.0.0.1",
    "http_port": port(),
    "grpc_port": int(os.environ["GRPC_PORT"]),
    "metrics_endpoint": None,
    "debug": False,
    "gzip_enabled": False,
    # 0: the model runs in the server's own process.
    "parallel_workers": workers() if os.environ["PARALLEL"] == "on" else 0,
    "environments_dir": str(folder / "environments"),
    "metrics_dir": str(folder),
}
model = {
    "name": "model",
    "implementation": "runtime.OnnxRuntime",
    "max_batch_size": max_batch_size(),
    "max_batch_time": float(os.environ["BATCH_TIMEOUT_S"]),
}
(folder / "settings.json").write_text(json.dumps(settings))
(folder / "model-settings.json").write_text(json.dumps(model))
os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ["PYTHONPATH"]])
mlserver = str(Path(sys.executable).with_name("mlserver"))
os.execv(mlserver, [mlserver, "start", str(folder)])

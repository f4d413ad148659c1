"""Starts the service in the way of its docs, by `bentoml serve`."""

import os
import sys
from pathlib import Path

from onnx_model import port

bentoml = str(Path(sys.executable).with_name("bentoml"))
os.environ["BENTOML_DO_NOT_TRACK"] = "true"
os.chdir(Path(__file__).parent)
os.execv(bentoml, [bentoml, "serve", "service:Predictions", "--host", "127.0.0.1", "--port", str(port())])

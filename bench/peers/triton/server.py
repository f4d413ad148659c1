"""Starts the Triton server of the wheel nvidia-pytriton on a model repository with one model of its Python backend."""

import os
import shutil
import sysconfig
import tempfile
from pathlib import Path

import pytriton
from onnx_model import OnnxModel, max_batch_size, port, workers

here = Path(__file__).parent
home = Path(pytriton.__file__).parent / "tritonserver"
folder = Path(tempfile.mkdtemp(prefix="inferql-triton-"))
model = OnnxModel()


def tensors(kind: str, ports: list[tuple[str, str, list]]) -> str:
    # Rows of different lengths may share a call: the model pads them.
    ragged = " allow_ragged_batch: true" if kind == "input" else ""
    each = (
        f'{{ name: "{name}" data_type: {datatype} dims: [{", ".join(str(size) for size in sizes)}]{ragged} }}'
        for name, datatype, sizes in ports
    )
    return f"{kind} [{', '.join(each)}]"


inputs = [
    (name, "TYPE_INT64" if datatype.__name__ == "int64" else "TYPE_FP32", sizes)
    for name, (datatype, sizes) in model.inputs.items()
]
outputs = [("label", "TYPE_STRING", [1]), ("score", "TYPE_FP32", [1])] if model.labels else [("values", "TYPE_FP32", [-1])]
version = folder / "models" / "model" / "1"
version.mkdir(parents=True)
shutil.copy(here / "model.py", version / "model.py")
(version.parent / "config.pbtxt").write_text(
    f"""
backend: "python"
max_batch_size: {max_batch_size()}
dynamic_batching {{ }}
instance_group [{{ count: {workers()} kind: KIND_CPU }}]
{tensors("input", inputs)}
{tensors("output", outputs)}
"""
)
# The backend looks beside itself for the process that runs Python; the wheel has one for each release of Python.
backend = folder / "backends" / "python"
shutil.copytree(home / "backends" / "python", backend)
release = sysconfig.get_python_version()
shutil.copy(home / "python_backend_stubs" / release / "triton_python_backend_stub", backend)
libraries = [
    # That process takes its Python from the library path and the standard library from this Python: both must be of the
    # same release, or it fails as it starts.
    sysconfig.get_config_var("LIBDIR"),
    *(str(path) for path in (home.parent.parent / "nvidia_pytriton.libs",) if path.is_dir()),
]
os.environ["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
os.environ["PYTHONPATH"] = os.pathsep.join([os.environ["PYTHONPATH"], sysconfig.get_path("platlib")])
binary = str(home / "bin" / "tritonserver")
arguments = [
    f"--model-repository={version.parent.parent}",
    f"--backend-directory={backend.parent}",
    "--http-address=127.0.0.1",
    f"--http-port={port()}",
    "--allow-grpc=false",
    "--allow-metrics=false",
]
os.execv(binary, [binary, *arguments])

"""What the quantisation recipes share: version 2 of a model, beside the version 1 that it was made of.

A recipe reads models/<name>/1 and writes a whole folder that inferql serves:

    <into>/<name>/1    the float version, as it is
    <into>/<name>/2    the int8 version, with the golden examples of version 1 and tolerances of its own
    <into>/<name>/model.yaml, README.md    those of the model, with a few lines about version 2
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization.shape_inference import quant_pre_process

# The recipes run as files: what they share with the others lies one folder up, the data of both beside the training.
TRAINING = Path(__file__).resolve().parent.parent
sys.path[1:1] = [str(TRAINING), str(TRAINING / "pytorch")]

from model_folder import MODELS, describe_file, write_json

OUT = TRAINING / "out"
Inputs = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Samples:
    """Held-back rows for the graph, and the index of the right label for each."""

    inputs: Inputs
    labels: np.ndarray


@dataclass(frozen=True)
class Quantised:
    """A model before and after."""

    name: str
    before: bytes
    after: bytes
    kind: str
    """What was done, for the card."""
    tolerance: float
    """How far a logit of the int8 version may be from that of the float version."""


def parse_folders(description: str | None) -> tuple[Path, Path]:
    """The folder with the float models, and the one to write to."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, default=MODELS, metavar="DIR", help="default: models/")
    parser.add_argument("--into", type=Path, default=OUT, metavar="DIR", help="default: training/out/")
    given = parser.parse_args()
    return given.source, given.into


def quantise(model: bytes, step: Callable[[Path, Path], None]) -> bytes:
    """Runs one of onnxruntime's functions, which work on files. Shapes are inferred first, and constants folded."""
    with tempfile.TemporaryDirectory() as folder:
        before, prepared, after = (Path(folder) / name for name in ("before.onnx", "prepared.onnx", "after.onnx"))
        before.write_bytes(model)
        # Symbolic inference needs one more package, and these graphs none of it.
        quant_pre_process(before, prepared, skip_symbolic_shape=True)
        step(prepared, after)
        return onnx.load(after).SerializeToString(deterministic=True)


def write(quantised: Quantised, samples: Samples, source: Path, into: Path) -> None:
    """Measures both versions, prints what came out, and writes the folder."""
    logits = [run(model, samples.inputs) for model in (quantised.before, quantised.after)]
    right = [each.argmax(axis=1) == samples.labels for each in logits]
    distance = float(np.abs(logits[1] - logits[0]).max())
    assert distance <= quantised.tolerance, f"logits are off by {distance:.2f}, more than {quantised.tolerance}"
    rows = {
        "kind": quantised.kind,
        "file": describe_file(quantised.after),
        "size": (
            f"{len(quantised.after) / len(quantised.before):.0%} of the {len(quantised.before):,} bytes of version 1"
        ),
        "accuracy, held back": f"{right[1].mean():.4f}, of version 1 {right[0].mean():.4f}",
        "same label as version 1": (
            f"{np.count_nonzero(logits[0].argmax(axis=1) == logits[1].argmax(axis=1)):,} of {len(samples.labels):,}"
        ),
        "distance of a logit from version 1": f"{distance:.2f} at most",
        "distance of a logit alone and in a batch of 64": f"{company(quantised.after, samples.inputs):.2g} at most",
        **times(quantised, samples.inputs),
    }
    print(f"{quantised.name} version 2")
    for name, value in rows.items():
        print(f"  {name}: {value}")
    write_folder(quantised, rows, source / quantised.name, into / quantised.name)


def write_folder(quantised: Quantised, rows: Mapping[str, str], source: Path, folder: Path) -> None:
    """Writes the folder that is served; version 2 by default, both by label."""
    shutil.copytree(source / "1", folder / "1", dirs_exist_ok=True)
    version = folder / "2"
    version.mkdir(parents=True, exist_ok=True)
    golden = json.loads((source / "1" / "golden.json").read_text(encoding="utf-8"))
    golden["tolerance"] = {"absolute": quantised.tolerance, "relative": 0}
    golden["reference"] += ", the float model of version 1"
    write_json(version / "golden.json", golden)
    for file in (source / "1").iterdir():
        if file.name not in ("golden.json", "model.onnx"):
            shutil.copyfile(file, version / file.name)
    (version / "model.onnx").write_bytes(quantised.after)
    manifest = (source / "model.yaml").read_text(encoding="utf-8")
    (folder / "model.yaml").write_text(
        f"{manifest}versions:\n  serve: latest\n  labels: {{ float: 1, int8: 2 }}\n", encoding="utf-8"
    )
    card = (source / "README.md").read_text(encoding="utf-8")
    table = "".join(f"| {name} | {value} |\n" for name, value in rows.items())
    section = (
        "\n## Version 2, int8\n\nThe same weights in 8 bits. The golden examples are those of version 1, which the "
        f"float\nmodel in {golden['reference'].partition(',')[0]} answered; `2/golden.json` allows a logit to be off "
        f"by {quantised.tolerance}.\n\n| | |\n|---|---|\n{table}"
    )
    (folder / "README.md").write_text(card + section, encoding="utf-8")


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """One thread, so that times can be compared."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def take(inputs: Inputs, rows: slice) -> dict[str, np.ndarray]:
    return {name: values[rows] for name, values in inputs.items()}


def run(model: bytes, inputs: Inputs, batch: int = 64) -> np.ndarray:
    """The logits of all rows, in calls of `batch` rows."""
    session = open_session(model)
    count = len(next(iter(inputs.values())))
    calls = [session.run(["logits"], take(inputs, slice(at, at + batch)))[0] for at in range(0, count, batch)]
    return np.concatenate(calls)


def company(model: bytes, inputs: Inputs) -> float:
    """How far a row's logits are from those that it has alone when it shares a call with 63 others."""
    some = take(inputs, slice(0, 256))
    return float(np.abs(run(model, some) - run(model, some, batch=1)).max())


def times(quantised: Quantised, inputs: Inputs) -> dict[str, str]:
    """Milliseconds of a call, in the middle of many; both versions take turns, since machines change their pace."""
    sessions = [open_session(model) for model in (quantised.before, quantised.after)]
    rows = {}
    for batch, calls in ((1, 400), (64, 60)):
        took: list[list[float]] = [[], []]
        for call in range(calls):
            for session, times_of in zip(sessions, took, strict=True):
                start = time.perf_counter()
                session.run(["logits"], take(inputs, slice(0, batch)))
                if call >= calls // 5:
                    times_of.append(1000 * (time.perf_counter() - start))
        before, after = map(statistics.median, took)
        rows[f"a call of {batch} on one thread"] = f"{after:.3f} ms, version 1 {before:.3f} ms"
    return rows

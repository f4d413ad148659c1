"""What every recipe ends with: a model becomes a version in a folder that inferql serves.

A recipe trains, exports to ONNX, asks the library that it trained with for the right answers, and hands all of it to
`ModelVersion.save`. That compares the ONNX file with those answers before anything is written, and then writes

    models/<name>/<version>/model.onnx, golden.json and further files such as tokenizer.json
    test/fixtures/held-back/<name>-<version>.json    the held-back samples that test/e2e/ sends through the server
    models/<name>/README.md                          the figures between the markers, see `fill_card`

The manifest and the card are written by people and lie in models/<name>/ of the repository; with --into they are
copied to where the version goes.
"""

import argparse
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

REPOSITORY = Path(__file__).resolve().parent.parent
MODELS = REPOSITORY / "models"
FIXTURES = REPOSITORY / "test" / "fixtures" / "held-back"
DATA = REPOSITORY / "training" / "data"

# Rows in one call of the comparison: as many as inferql puts into one by default.
BATCH_SIZE = 64
# Digits of the expected values: more than FP32 has, and fewer than change with the processor.
SIGNIFICANT_DIGITS = 8
LINE_LENGTH = 120


@dataclass(frozen=True)
class Target:
    """Where a recipe writes to."""

    models: Path
    fixtures: Path | None


def parse_target(description: str | None, arguments: Sequence[str] | None = None) -> Target:
    """Reads the command line that all recipes share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, metavar="DIR", help="the folder of models to write to, instead of models/")
    parser.add_argument(
        "--fixtures",
        type=Path,
        metavar="DIR",
        help="where the held-back samples go, instead of test/fixtures/held-back/; with --into they go nowhere unless this is given",
    )
    given = parser.parse_args(arguments)
    if given.into is None:
        return Target(MODELS, given.fixtures or FIXTURES)
    return Target(given.into, given.fixtures)


@dataclass(frozen=True)
class Tolerance:
    """How far an output may be from the expected value: absolute + relative × its size, as numpy's allclose has it."""

    absolute: float = 1e-4
    relative: float = 1e-4


@dataclass(frozen=True)
class Rows:
    """Rows for the graph, with the outputs that the training library computed for them.

    The first dimension of every array is the row. `requests` are the same rows as clients send them: the input objects
    of the typed field. Strings are arrays of `object`.
    """

    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]
    requests: Sequence[Mapping[str, Any]]

    def pick(self, indices: Sequence[int]) -> "Rows":
        """These rows alone."""
        return Rows(
            {name: values[list(indices)] for name, values in self.inputs.items()},
            {name: values[list(indices)] for name, values in self.outputs.items()},
            [self.requests[index] for index in indices],
        )


@dataclass(frozen=True)
class Golden:
    """The golden examples: a name for each of the rows.

    `as_requests` is for texts and images. The file then holds what a client sends in place of the graph's inputs, and
    the server's own tokenizer or image pipeline is compared too.
    """

    rows: Rows
    names: Sequence[str]
    as_requests: bool = False
    lengths: Sequence[int] | None = None
    """For outputs with a value for each token: how many tokens each text has. The rest is padding and not written."""


@dataclass(frozen=True)
class HeldBack:
    """Samples that training never saw: the truth, what the training library predicts, and how good that is.

    `figures` goes into the fixture: {"accuracy": ...} or {"r2": ...}, measured on exactly these samples.
    """

    rows: Rows
    expected: Sequence[Any]
    predicted: Sequence[Any]
    figures: Mapping[str, float]
    arrays: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)
    """What else a test needs to come to the same figures, such as {"classMeans": {label: vector}}."""


class DiffersError(Exception):
    """The ONNX file does not give what the training library gave."""


@dataclass(frozen=True)
class ModelVersion:
    """One version of one model, and what is written of it."""

    target: Target
    name: str
    version: int
    reference: str
    """Who computed the expected outputs, such as "scikit-learn 1.9.1"."""
    tolerance: Tolerance = field(default_factory=Tolerance)

    def save(
        self,
        model: bytes,
        golden: Golden,
        held_back: HeldBack | None = None,
        *,
        figures: Mapping[str, str],
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        """Compares, then writes. `figures` are rows of the table in the card, beside those that come by themselves.

        Raises DiffersError, and writes nothing, where an output is further from the expected one than the tolerance.
        """
        distance = compare(model, golden.rows, self.tolerance)
        if held_back is not None:
            distance = max(distance, compare(model, held_back.rows, self.tolerance))
        folder = self.target.models / self.name
        version_folder = folder / str(self.version)
        version_folder.mkdir(parents=True, exist_ok=True)
        # The golden examples before the model: a server that watches the folder then compares before it serves.
        write_json(version_folder / "golden.json", self.golden_file(golden))
        for name, content in (files or {}).items():
            (version_folder / name).write_bytes(content)
        (version_folder / "model.onnx").write_bytes(model)
        if held_back is not None and self.target.fixtures is not None:
            self.target.fixtures.mkdir(parents=True, exist_ok=True)
            write_json(self.target.fixtures / f"{self.name}-{self.version}.json", self.held_back_file(held_back))
        rows = {
            "file": describe_file(model),
            **figures,
            "the file against the training library": (
                f"{distance:.1e} apart at most, onnxruntime {onnxruntime.__version__} against {self.reference}"
            ),
        }
        copy_texts(self.name, folder)
        fill_card(folder / "README.md", self.version, rows)
        print(f"{self.name} version {self.version}")
        for name, value in rows.items():
            print(f"  {name}: {value}")

    def golden_file(self, golden: Golden) -> dict[str, Any]:
        """What stands in golden.json."""
        rows = golden.rows
        return {
            "tolerance": {"absolute": self.tolerance.absolute, "relative": self.tolerance.relative},
            "reference": self.reference,
            "examples": [
                {
                    "name": name,
                    **(
                        {"input": rows.requests[index]}
                        if golden.as_requests
                        else {"inputs": {port: to_json(np.asarray(values[index])) for port, values in rows.inputs.items()}}
                    ),
                    "outputs": {
                        port: to_json(rounded(without_padding(values[index], golden.lengths, index)))
                        for port, values in rows.outputs.items()
                    },
                }
                for index, name in enumerate(golden.names)
            ],
        }

    def held_back_file(self, held_back: HeldBack) -> dict[str, Any]:
        """What stands in the fixture."""
        samples = zip(held_back.rows.requests, held_back.expected, held_back.predicted, strict=True)
        return {
            "model": self.name,
            "version": self.version,
            "reference": self.reference,
            **{name: float(value) for name, value in held_back.figures.items()},
            **{
                name: {key: to_json(rounded(values)) for key, values in arrays.items()}
                for name, arrays in held_back.arrays.items()
            },
            "samples": [
                {
                    "input": request,
                    "expected": to_json(np.asarray(expected)),
                    "predicted": to_json(rounded(np.asarray(predicted))),
                }
                for request, expected, predicted in samples
            ],
        }


def run_onnx(model: bytes, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]) -> dict[str, np.ndarray]:
    """What onnxruntime makes of these rows, in calls of several rows as the server makes them.

    Maps, which is what a ZipMap gives, become columns, as the server shows them.
    """
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    count = len(next(iter(inputs.values())))
    parts: dict[str, list[np.ndarray]] = {name: [] for name in outputs}
    for start in range(0, count, BATCH_SIZE):
        batch = {name: values[start : start + BATCH_SIZE] for name, values in inputs.items()}
        for name, values in zip(outputs, session.run(list(outputs), batch), strict=True):
            if isinstance(values, list):
                values = np.array([[row[label] for label in sorted(row)] for row in values], dtype=np.float32)
            parts[name].append(values)
    return {name: np.concatenate(batches) for name, batches in parts.items()}


def compare(model: bytes, rows: Rows, tolerance: Tolerance) -> float:
    """The largest distance of an output of onnxruntime from the expected one; DiffersError where one is too far."""
    got = run_onnx(model, rows.inputs, list(rows.outputs))
    largest = 0.0
    for name, wanted in rows.outputs.items():
        actual = got[name]
        if actual.shape != wanted.shape:
            raise DiffersError(f"{name} has the shape {actual.shape}, expected {wanted.shape}")
        if not np.issubdtype(wanted.dtype, np.floating):
            differing = np.flatnonzero((actual != wanted).reshape(len(wanted), -1).any(axis=1))
            if differing.size > 0:
                row = differing[0]
                raise DiffersError(f"{name}: {differing.size} rows differ; row {row}: {actual[row]}, not {wanted[row]}")
            continue
        distances = np.abs(actual.astype(np.float64) - wanted)
        if not np.allclose(actual, wanted, rtol=tolerance.relative, atol=tolerance.absolute, equal_nan=True):
            raise DiffersError(f"{name} is off by up to {np.nanmax(distances):.2e}, more than {tolerance} allows")
        largest = max(largest, float(np.nanmax(distances)))
    return largest


def describe_file(model: bytes) -> str:
    """Size, IR version and opsets, for the card."""
    proto = onnx.load_from_string(model)
    opsets = ", ".join(f"`{entry.domain or 'ai.onnx'}` {entry.version}" for entry in proto.opset_import)
    return f"{len(model):,} bytes, IR version {proto.ir_version}, opsets {opsets}"


def copy_texts(name: str, folder: Path) -> None:
    """Brings the manifest and the card along where the version does not go into the repository itself."""
    source = MODELS / name
    if folder.resolve() == source.resolve():
        return
    for text in ("model.yaml", "README.md"):
        if (source / text).exists():
            shutil.copyfile(source / text, folder / text)


def fill_card(card: Path, version: int, rows: Mapping[str, str]) -> None:
    """Puts a table between `<!-- measured: 1 -->` and `<!-- /measured -->` of a card, so that it never tells old figures.

    A card without these markers, and a model without a card, stay as they are.
    """
    begin, end = f"<!-- measured: {version} -->", "<!-- /measured -->"
    text = card.read_text(encoding="utf-8") if card.exists() else ""
    start = text.find(begin)
    if start < 0:
        return
    stop = text.index(end, start)
    table = "".join(f"| {name} | {value} |\n" for name, value in rows.items())
    card.write_text(f"{text[:start]}{begin}\n\n| | |\n|---|---|\n{table}\n{text[stop:]}", encoding="utf-8")


def without_padding(values: Any, lengths: Sequence[int] | None, index: int) -> np.ndarray:
    """The values of a row as the row alone would have them, where rows were padded to one length."""
    return np.asarray(values)[: lengths[index]] if lengths else np.asarray(values)


def rounded(values: np.ndarray) -> np.ndarray:
    """Cuts what is noise of the processor off floating-point values; leaves everything else as it is."""
    if not np.issubdtype(values.dtype, np.floating):
        return values
    flat = [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in values.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(values.shape)


def to_json(values: np.ndarray) -> Any:
    """Values as golden.json has them: nested lists; NaN and infinities in quotes; FP32 with no more digits than it has."""
    if values.ndim > 0:
        return [to_json(np.asarray(each)) for each in values]
    value = values.item()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        return str(value)
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    shortest = value if values.dtype == np.float64 else float(str(values.astype(np.float32)))
    return int(shortest) if shortest == int(shortest) and abs(shortest) < 2**53 else shortest


def write_json(path: Path, content: Any) -> None:
    """Writes JSON for people: what fits into a line, and lists of numbers, stand on one."""
    path.write_text(format_json(content, 0) + "\n", encoding="utf-8")


def format_json(value: Any, depth: int) -> str:
    """JSON text of a value that stands at this depth."""
    line = json.dumps(value, ensure_ascii=False)
    plain = isinstance(value, list) and not any(isinstance(each, list | dict) for each in value)
    if plain or not isinstance(value, list | dict) or (depth > 1 and len(line) + 2 * depth <= LINE_LENGTH):
        return line
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, list):
        items = ",\n".join(inner + format_json(each, depth + 1) for each in value)
        return f"[\n{items}\n{outer}]"
    items = ",\n".join(
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {format_json(each, depth + 1)}" for key, each in value.items()
    )
    return f"{{\n{items}\n{outer}}}"

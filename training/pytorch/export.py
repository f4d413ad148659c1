"""From a PyTorch module to the bytes of an ONNX file that inferql serves as it is."""

from collections.abc import Mapping, Sequence

import onnx
import torch

# Fixed, so that the file does not change with the release of PyTorch.
OPSET = 20


def export(
    network: torch.nn.Module,
    arguments: tuple[torch.Tensor, ...],
    *,
    inputs: Mapping[str, Mapping[int, str]],
    outputs: Mapping[str, Mapping[int, str]],
) -> bytes:
    """The ONNX file of a network.

    `inputs` and `outputs` have the names of the graph in the order of the arguments and the results, each with its
    dynamic dimensions: `{"input_ids": {0: "batch", 1: "sequence"}}`. Every dynamic dimension of `arguments` should be 2
    or more: the exporter may take a 1 for a constant.
    """
    assert not network.training, "call eval() first: dropout and batch normalisation behave differently in training"
    program = torch.onnx.export(
        network,
        arguments,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_shapes=tuple(dict(named) for named in inputs.values()),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto
    remove_notes(model)
    assert_dimensions(model.graph.input, inputs)
    assert_dimensions(model.graph.output, outputs)
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def remove_notes(model: onnx.ModelProto) -> None:
    """Takes out what the exporter notes for debugging: much of a small file, with paths of this machine."""
    graph = model.graph
    # Shapes between the nodes can be inferred. The exporter notes those of the weights as well, and tools that
    # transpose a weight, as the quantisation of onnxruntime does, trip over a note that is wrong then.
    del graph.value_info[:]
    for part in (model, graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        del part.metadata_props[:]
    for function in model.functions:
        del function.metadata_props[:]


def assert_dimensions(ports: Sequence[onnx.ValueInfoProto], expected: Mapping[str, Mapping[int, str]]) -> None:
    """Fails where a dimension that should be dynamic became a number or got another name."""
    for port in ports:
        shape = port.type.tensor_type.shape.dim
        dynamic = {index: each.dim_param for index, each in enumerate(shape) if each.dim_param}
        assert dynamic == dict(expected[port.name]), f"{port.name} has the dynamic dimensions {dynamic}"

"""One-node networks in ONNX, for every operator that disttrain computes, and what onnxruntime makes of them."""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Case = tuple[str, onnx.ModelProto, np.ndarray]


def case(name: str, operator: str, shape: list[int], *operands: np.ndarray | list | str | None, opset: int = 13,
         integers: bool = False, after: list | None = None, **attributes: object) -> Case:
    """A node on `input` of a shape with constants as its other inputs; whole results are cast to float."""
    names, constants = ["input"], []
    for place, operand in enumerate(operands):
        if operand is None or isinstance(operand, str):
            names.append(operand or "")
            continue
        array = np.asarray(operand)
        array = array.astype(np.float32) if array.dtype == np.float64 else array
        names.append(f"constant{place}")
        constants.append(numpy_helper.from_array(array, names[-1]))
    last = "whole" if integers else "output"
    nodes = [helper.make_node(operator, names, [last], name=name, **attributes)]
    if integers:
        nodes.append(helper.make_node("Cast", [last], ["output"], to=TensorProto.FLOAT))
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", *shape[1:]])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    values = np.random.default_rng(len(name) + sum(map(ord, name))).standard_normal(shape).astype(np.float32)
    return name, model, values


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def convolutions() -> Iterator[Case]:
    image = [2, 3, 9, 7]
    window, back = normal(4, 3, 3, 3), normal(3, 4, 3, 3)
    yield case("conv", "Conv", image, window, normal(4), pads=[1, 1, 1, 1])
    yield case("conv-uneven", "Conv", image, normal(4, 3, 5, 2), pads=[1, 0, 3, 1], strides=[2, 2])
    for padding in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        yield case(f"conv-{padding}", "Conv", image, normal(4, 3, 4, 4), auto_pad=padding, strides=[2, 2])
    yield case("conv-pixel", "Conv", image, normal(4, 3, 1, 1), kernel_shape=[1, 1], dilations=[1, 1], group=1)
    yield case("conv-wide", "Conv", [3, 18, 8, 8], normal(17, 18, 3, 3), pads=[1, 1, 1, 1])
    yield case("transposed", "ConvTranspose", image, back, normal(4), pads=[1, 1, 1, 1], strides=[2, 2])
    yield case("transposed-uneven", "ConvTranspose", image, normal(3, 4, 5, 5), pads=[1, 1, 2, 2], strides=[2, 2])
    yield case("transposed-behind", "ConvTranspose", image, back, output_padding=[1, 0], strides=[2, 2])
    yield case("transposed-shape", "ConvTranspose", image, normal(3, 4, 4, 4), output_shape=[17, 14], strides=[2, 2])
    for padding in ("SAME_UPPER", "SAME_LOWER"):
        yield case(f"transposed-{padding}", "ConvTranspose", image, normal(3, 4, 5, 5), auto_pad=padding, strides=[2, 2])


def poolings() -> Iterator[Case]:
    image = [2, 3, 9, 7]
    for operator in ("MaxPool", "AveragePool"):
        yield case(operator, operator, image, kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
        for padding in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield case(f"{operator}-{padding}", operator, image, kernel_shape=[2, 2], strides=[2, 2], auto_pad=padding)
    yield case("average-padding", "AveragePool", image, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    yield case("average-all", "GlobalAveragePool", image)


def products() -> Iterator[Case]:
    yield case("gemm", "Gemm", [3, 5], normal(5, 4), normal(4))
    yield case("gemm-scaled", "Gemm", [3, 5], normal(4, 5), normal(3, 1), alpha=0.5, beta=2.0, transB=1)
    yield case("gemm-transposed", "Gemm", [5, 3], normal(5, 4), transA=1)
    yield case("gemm-itself", "Gemm", [3, 5], "input", transB=1)
    yield case("matmul", "MatMul", [2, 3, 5], normal(5, 4))
    for shape in ([3, 4], [3, 4, 2, 5]):
        yield case(f"batch-norm-{len(shape)}", "BatchNormalization", shape, normal(4), normal(4), normal(4),
                   np.abs(normal(4)), epsilon=1e-3)


def resizings() -> Iterator[Case]:
    image = [2, 3, 4, 5]
    coordinates = ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"]
    scales = [("up", [1.0, 1.0, 2.0, 3.0]), ("between", [1.0, 1.0, 1.5, 0.6])]
    for coordinate in coordinates:
        for label, scale in scales:
            yield case(f"linear-{coordinate}-{label}", "Resize", image, None, scale, mode="linear",
                       coordinate_transformation_mode=coordinate)
            for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
                yield case(f"nearest-{coordinate}-{rounding}-{label}", "Resize", image, None, scale, mode="nearest",
                           coordinate_transformation_mode=coordinate, nearest_mode=rounding)
    sizes = np.array([2, 3, 7, 9], dtype=np.int64)
    yield case("linear-sizes", "Resize", image, None, None, sizes, mode="linear")
    yield case("linear-one", "Resize", image, None, None, np.array([2, 3, 1, 1], dtype=np.int64), mode="linear",
               coordinate_transformation_mode="pytorch_half_pixel")
    yield case("resize-11", "Resize", image, np.zeros(0, np.float32), [1.0, 1.0, 2.0, 2.0], opset=11)
    yield case("resize-10", "Resize", image, [1.0, 1.0, 2.0, 2.0], opset=10, mode="linear")
    yield case("resize-axes", "Resize", image, None, [2.0, 2.0], opset=18, mode="linear", axes=[2, 3])
    for mode in ("nearest", "linear"):
        yield case(f"upsample-{mode}", "Upsample", image, [1.0, 1.0, 2.0, 2.0], opset=9, mode=mode)


def shapes() -> Iterator[Case]:
    cube = [2, 3, 4, 5]
    whole = lambda *numbers: np.array(numbers, dtype=np.int64)
    yield case("reshape", "Reshape", cube, whole(0, -1, 2))
    yield case("flatten", "Flatten", cube)
    yield case("flatten-all", "Flatten", cube, axis=0)
    yield case("flatten-last", "Flatten", cube, axis=-1)
    yield case("squeeze", "Squeeze", [2, 1, 3, 1], whole(1, -1))
    yield case("squeeze-11", "Squeeze", [2, 1, 3, 1], opset=11, axes=[1])
    yield case("unsqueeze", "Unsqueeze", [2, 3], whole(1, -1))
    yield case("unsqueeze-11", "Unsqueeze", [2, 3], opset=11, axes=[0, 3])
    yield case("transpose", "Transpose", cube, perm=[2, 0, 3, 1])
    yield case("transpose-default", "Transpose", [2, 3])
    yield case("expand", "Expand", [2, 1, 3], whole(2, 2, 4, 1))
    yield case("shape", "Shape", cube, opset=15, integers=True, start=1, end=-1)
    yield case("shape-all", "Shape", cube, integers=True)
    yield case("gather", "Gather", cube, np.array([[2, 0], [-1, 1]], dtype=np.int64), axis=1)
    yield case("gather-one", "Gather", cube, np.array(1, dtype=np.int64), axis=-1)
    yield case("slice", "Slice", cube, whole(1, -3), whole(9, -1), whole(1, 3))
    yield case("slice-back", "Slice", cube, whole(-1, 3), whole(-9, 0), whole(1, 2), whole(-1, -2))
    yield case("slice-9", "Slice", cube, opset=9, starts=[1, 0], ends=[3, 2], axes=[1, 3])
    yield case("concat", "Concat", cube, normal(2, 1, 4, 5), "input", axis=1)
    yield case("concat-behind", "Concat", [2, 3], normal(2, 4), axis=-1)
    for mode in ("constant", "edge", "reflect"):
        yield case(f"pad-{mode}", "Pad", [1, 2, 3, 4], whole(0, 0, 1, 2, 0, 0, 2, 3), mode=mode)
    yield case("pad-value", "Pad", [1, 2, 3, 4], whole(0, 1, 0, -1, 0, 0, 2, 0), np.array(1.5, dtype=np.float32))
    yield case("cast", "Cast", [3, 4], integers=True, to=TensorProto.INT64)
    yield case("identity", "Identity", cube)
    yield case("dropout", "Dropout", cube)


def arithmetic() -> Iterator[Case]:
    cube = [2, 3, 4, 5]
    for operator in ("Add", "Sub", "Mul", "Div"):
        yield case(f"{operator}-channels", operator, cube, normal(3, 1, 1))
        yield case(f"{operator}-one", operator, cube, np.array(2.5, dtype=np.float32))
        yield case(f"{operator}-rows", operator, cube, normal(4, 1))
    yield case("add-wider", "Add", [1, 3, 1], normal(2, 1, 4))
    yield case("add-itself", "Add", cube, "input")
    for operator in ("Abs", "Neg", "Exp", "Floor", "Ceil", "Relu", "LeakyRelu", "Tanh", "Sigmoid"):
        yield case(operator, operator, [5, 7])
    yield case("leaky-slope", "LeakyRelu", cube, alpha=0.3)
    yield case("clip", "Clip", cube, np.array(-0.5, dtype=np.float32), np.array(0.7, dtype=np.float32))
    yield case("clip-9", "Clip", cube, opset=9, min=-0.1, max=0.2)
    yield case("mean", "ReduceMean", cube, axes=[0, 2, 3])
    yield case("mean-18", "ReduceMean", cube, np.array([-1], dtype=np.int64), opset=18, keepdims=0)
    yield case("mean-all", "ReduceMean", cube, keepdims=0)


def cases() -> Iterator[Case]:
    for group in (convolutions, poolings, products, resizings, shapes, arithmetic):
        yield from group()

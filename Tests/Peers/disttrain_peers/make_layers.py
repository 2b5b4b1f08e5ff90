"""Makes layers.safetensors: single layers run by PyTorch in double precision on single-precision inputs.

The results are rounded to single precision. Names are `<layer>/<case>/<tensor>`; the metadata has the numbers that no
shape tells, one entry `<layer>/<case>` each, as `name=value` with spaces between.
"""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from .same5 import SameConv2d, SameConvTranspose2d

# samples, inputs, height, width, outputs, kernel, stride, padding, bias
CONVOLUTIONS = [
    (2, 3, 8, 8, 5, 4, 2, 1, False), (2, 3, 7, 9, 5, 4, 2, 1, True), (3, 4, 4, 4, 1, 4, 1, 0, False),
    (2, 1, 5, 6, 3, 3, 1, 1, True), (1, 2, 9, 7, 4, 3, 2, 1, False), (2, 2, 11, 8, 3, 3, 3, 0, True),
    (2, 3, 9, 6, 4, 5, 1, 2, False), (1, 3, 11, 9, 2, 5, 2, 2, True), (2, 2, 10, 13, 3, 5, 3, 1, False),
    (2, 2, 7, 5, 3, 4, 1, 2, True), (1, 17, 6, 6, 19, 4, 2, 1, False), (2, 2, 8, 7, 3, 4, 3, 2, False)]
TRANSPOSED = [
    (2, 5, 4, 4, 3, 4, 2, 1, False), (2, 5, 3, 5, 3, 4, 2, 1, True), (3, 6, 1, 1, 4, 4, 1, 0, False),
    (2, 3, 5, 6, 1, 3, 1, 1, True), (1, 4, 4, 3, 2, 3, 2, 1, False), (2, 3, 3, 2, 2, 3, 3, 0, True),
    (2, 4, 5, 3, 3, 5, 1, 2, False), (1, 2, 4, 5, 3, 5, 2, 2, True), (2, 3, 3, 4, 2, 5, 3, 1, False),
    (2, 3, 4, 6, 2, 4, 1, 2, True), (1, 19, 3, 3, 17, 4, 2, 1, False), (2, 3, 4, 3, 2, 4, 3, 2, False)]
# samples, inputs, height, width, outputs, kernel, stride, output padding
OUTPUT_PADDED = [(2, 3, 4, 5, 2, 3, 2, 1), (1, 4, 3, 3, 3, 5, 2, 1), (2, 2, 3, 4, 3, 4, 3, 2)]
# samples, inputs, height, width, outputs, kernel, stride: TensorFlow's padding `same`
SAME = [(2, 3, 8, 8, 4, 5, 2), (1, 2, 7, 9, 3, 5, 2), (2, 3, 6, 8, 5, 5, 1), (2, 2, 9, 6, 3, 4, 2), (1, 17, 8, 8, 18, 5, 2)]
# samples, channels, height, width, epsilon, momentum, offset of the input, its deviation
BATCH_NORMS = {
    "plain": (4, 3, 5, 4, 1e-5, 0.1, 0.0, 1.0), "otherNumbers": (3, 5, 2, 3, 1e-3, 0.01, 0.5, 2.0),
    "farFromZero": (4, 2, 4, 4, 1e-5, 0.1, 100.0, 1.0), "nearlyConstant": (4, 2, 3, 3, 1e-5, 0.1, 0.2, 1e-3),
    "onePixel": (6, 4, 1, 1, 1e-5, 0.1, 0.0, 1.0)}


class Writer:
    """Tensors and numbers collected so far, and the random numbers to make more."""

    def __init__(self, seed: int) -> None:
        self.random = torch.Generator().manual_seed(seed)
        self.tensors: dict[str, np.ndarray] = {}
        self.metadata: dict[str, str] = {}

    def normal(self, *shape: int, mean: float = 0.0, deviation: float = 1.0) -> torch.Tensor:
        """Single-precision numbers, as doubles."""
        return (torch.randn(*shape, generator=self.random) * deviation + mean).float().double()

    def put(self, case: str, numbers: dict[str, float], **tensors: torch.Tensor | None) -> None:
        self.metadata[case] = " ".join(f"{name}={value}" for name, value in numbers.items())
        for name, value in tensors.items():
            if value is not None:
                self.tensors[f"{case}/{name}"] = value.detach().float().contiguous().numpy().copy()


def convolutions(writer: Writer, kind: str, layer_type: type[nn.Module], cases: list[tuple]) -> None:
    for count, inputs, height, width, outputs, kernel, stride, padding, bias in cases:
        layer = layer_type(inputs, outputs, kernel, stride, padding, bias=bias).double()
        for parameter in layer.parameters():
            parameter.data.copy_(writer.normal(*parameter.shape))
        x = writer.normal(count, inputs, height, width).requires_grad_()
        y = layer(x)
        dy = writer.normal(*y.shape)
        y.backward(dy)
        name = f"n{count}c{inputs}.{height}x{width}.o{outputs}k{kernel}s{stride}p{padding}{'.bias' if bias else ''}"
        writer.put(f"{kind}/{name}", {"kernel": kernel, "stride": stride, "padding": padding},
                   input=x, weight=layer.weight, bias=layer.bias, output=y, outputGradient=dy, inputGradient=x.grad,
                   weightGradient=layer.weight.grad, biasGradient=layer.bias.grad if bias else None)


def padded_convolutions(writer: Writer) -> None:
    for count, inputs, height, width, outputs, kernel, stride, extra in OUTPUT_PADDED:
        layer = nn.ConvTranspose2d(inputs, outputs, kernel, stride, 1, output_padding=extra).double()
        record(writer, f"outputPadding/c{inputs}.{height}x{width}.o{outputs}k{kernel}s{stride}p{extra}", layer,
               writer.normal(count, inputs, height, width),
               {"kernel": kernel, "stride": stride, "padding": 1, "outputPadding": extra})
    for kind, layer_type in (("convolutionSame", SameConv2d), ("transposedConvolutionSame", SameConvTranspose2d)):
        for count, inputs, height, width, outputs, kernel, stride in SAME:
            record(writer, f"{kind}/c{inputs}.{height}x{width}.o{outputs}k{kernel}s{stride}",
                   layer_type(inputs, outputs, kernel, stride).double(), writer.normal(count, inputs, height, width),
                   {"kernel": kernel, "stride": stride})


def record(writer: Writer, case: str, layer: nn.Module, x: torch.Tensor, numbers: dict[str, float]) -> None:
    """One layer, forward and back, its parameters normal numbers."""
    tensors = {}
    for name, parameter in layer.named_parameters():
        parameter.data.copy_(writer.normal(*parameter.shape))
        tensors[name.split(".")[-1]] = parameter
    x.requires_grad_()
    y = layer(x)
    dy = writer.normal(*y.shape)
    y.backward(dy)
    writer.put(case, numbers, input=x, output=y, outputGradient=dy, inputGradient=x.grad, **tensors,
               **{f"{name}Gradient": parameter.grad for name, parameter in tensors.items()})


def vectors_and_maps(writer: Writer) -> None:
    for inputs, outputs, bias in ((7, 5, True), (33, 18, False), (100, 1, True)):
        record(writer, f"dense/{inputs}to{outputs}{'.bias' if bias else ''}",
               nn.Sequential(nn.Flatten(), nn.Linear(inputs, outputs, bias=bias), nn.Unflatten(1, (outputs, 1, 1))).double(),
               writer.normal(3, inputs, 1, 1), {})
    record(writer, "reshape/vector", View(3, 4, 2), writer.normal(2, 24, 1, 1), {})
    record(writer, "reshape/map", View(6, 2, 2), writer.normal(2, 3, 4, 2), {})
    record(writer, "flatten/map", View(24, 1, 1), writer.normal(2, 3, 4, 2), {})
    for mode in ("nearest", "bilinear"):
        for scale in (2, 3):
            options = {"align_corners": False} if mode == "bilinear" else {}
            record(writer, f"upsample/{mode}.{scale}", nn.Upsample(scale_factor=scale, mode=mode, **options),
                   writer.normal(2, 3, 4, 5), {"scale": scale})


class View(nn.Module):
    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(len(x), *self.shape)


def batch_norms(writer: Writer) -> None:
    for name, (count, channels, height, width, epsilon, momentum, offset, deviation) in BATCH_NORMS.items():
        layer = nn.BatchNorm2d(channels, eps=epsilon, momentum=momentum).double()
        layer.weight.data.copy_(writer.normal(channels, mean=1.0, deviation=0.2))
        layer.bias.data.copy_(writer.normal(channels, deviation=0.2))
        layer.running_mean.copy_(writer.normal(channels, mean=offset, deviation=deviation))
        layer.running_var.copy_(writer.normal(channels).abs() + 0.5)
        before = {"running_mean": layer.running_mean.clone(), "running_var": layer.running_var.clone()}
        x = writer.normal(count, channels, height, width, mean=offset, deviation=deviation).requires_grad_()
        layer.eval()
        by_running = layer(x)
        layer.train()
        y = layer(x)
        dy = writer.normal(*y.shape)
        y.backward(dy)
        writer.put(f"batchNorm/{name}", {"epsilon": epsilon, "momentum": momentum},
                   input=x, weight=layer.weight, bias=layer.bias, **before, output=y, outputByRunning=by_running,
                   outputGradient=dy, inputGradient=x.grad, weightGradient=layer.weight.grad,
                   biasGradient=layer.bias.grad, **{f"{key}.after": getattr(layer, key) for key in before})


def activations(writer: Writer) -> None:
    for kind, layer, numbers in (("relu", nn.ReLU(), {}), ("tanh", nn.Tanh(), {}),
                                 ("leakyRelu", nn.LeakyReLU(0.2), {"slope": 0.2})):
        x = writer.normal(2, 3, 5, 3, deviation=3.0)
        x.view(-1)[:4] = torch.tensor([0.0, -0.0, 20.0, -20.0])
        x.requires_grad_()
        y = layer(x)
        dy = writer.normal(*y.shape)
        y.backward(dy)
        writer.put(f"{kind}/plain", numbers, input=x, output=y, outputGradient=dy, inputGradient=x.grad)


def losses(writer: Writer) -> None:
    moderate = writer.normal(13, deviation=3.0)
    extreme = torch.tensor([100.0, -100.0, 50.0, -50.0, 20.0, -20.0, 0.0, -0.0, 1e-6, 88.8, -88.8], dtype=torch.float64)
    for kind, logits in (("moderate", moderate), ("extreme", extreme.float().double())):
        soft = torch.rand(len(logits), generator=writer.random).double()
        for name, labels in (("one", torch.ones_like(logits)), ("zero", torch.zeros_like(logits)),
                             ("nine", torch.full_like(logits, 0.9).float().double()), ("soft", soft)):
            x = logits.clone().requires_grad_()
            loss = binary_cross_entropy_with_logits(x, labels)
            loss.backward()
            writer.put(f"bce/{kind}.{name}", {}, logits=x, labels=labels, loss=loss[None], logitsGradient=x.grad)


def adams(writer: Writer) -> None:
    for name, (rate, betas, epsilon, decay, size) in {
            "recipe": (2e-4, (0.5, 0.999), 1e-8, 0.0, 0.02), "weightDecay": (1e-3, (0.9, 0.99), 1e-8, 0.01, 1.0),
            "largeEpsilon": (1e-2, (0.5, 0.999), 1e-2, 0.0, 0.1)}.items():
        parameter = writer.normal(37, deviation=size).requires_grad_()
        adam = torch.optim.Adam([parameter], lr=rate, betas=betas, eps=epsilon, weight_decay=decay)
        tensors = {"parameter0": parameter.detach().clone()}
        for step in range(1, 6):
            parameter.grad = writer.normal(37, deviation=10.0 ** (step - 4))
            adam.step()
            tensors |= {f"gradient{step}": parameter.grad.clone(), f"parameter{step}": parameter.detach().clone()}
        tensors |= {"moment1": adam.state[parameter]["exp_avg"], "moment2": adam.state[parameter]["exp_avg_sq"]}
        writer.put(f"adam/{name}", {"learningRate": rate, "beta1": betas[0], "beta2": betas[1], "epsilon": epsilon,
                                    "weightDecay": decay}, **tensors)


def decoupled_adam(writer: Writer) -> None:
    rate, betas, epsilon, decay = 1e-2, (0.5, 0.999), 1e-8, 0.1
    parameter = writer.normal(37).requires_grad_()
    adam = torch.optim.AdamW([parameter], lr=rate, betas=betas, eps=epsilon, weight_decay=decay)
    tensors = {"parameter0": parameter.detach().clone()}
    for step in range(1, 6):
        parameter.grad = writer.normal(37)
        adam.step()
        tensors |= {f"gradient{step}": parameter.grad.clone(), f"parameter{step}": parameter.detach().clone()}
    tensors |= {"moment1": adam.state[parameter]["exp_avg"], "moment2": adam.state[parameter]["exp_avg_sq"]}
    writer.put("adam/decoupled", {"learningRate": rate, "beta1": betas[0], "beta2": betas[1], "epsilon": epsilon,
                                  "weightDecay": decay, "isDecoupled": 1}, **tensors)


def written(seed: int) -> Writer:
    """Every case."""
    writer = Writer(seed)
    convolutions(writer, "convolution", nn.Conv2d, CONVOLUTIONS)
    convolutions(writer, "transposedConvolution", nn.ConvTranspose2d, TRANSPOSED)
    batch_norms(writer)
    activations(writer)
    losses(writer)
    adams(writer)
    # Later ones behind, so that the numbers of the others stay.
    padded_convolutions(writer)
    vectors_and_maps(writer)
    decoupled_adam(writer)
    return writer

"""What a training consists of beside its data: networks, latents, losses, optimizers; kept in a trace's metadata, or
read from the config.yaml of a run."""

from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import yaml


@dataclass
class Optimizer:
    """PyTorch's Adam (`adam`: weight decay is its L2 penalty), AdamW (`adamW`) or RMSprop (`rmsprop`: α is beta2)."""

    kind: str = "adam"
    learningRate: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    epsilon: float = 1e-8
    weightDecay: float = 0.0


@dataclass
class Labels:
    """What D's logits are held against: the same for all, or with an amplitude drawn for each sample (then `real` and
    `fake` say nothing). G always wants 1."""

    real: float = 1.0
    fake: float = 0.0
    amplitude: float = 0.0


@dataclass
class Recipe:
    """The numbers of one training; defaults are those of facades."""

    preset: str = "dcgan"
    imageSize: int = 64
    channels: int = 3
    width: int = 64
    bias: bool = False
    # of D; without it D's convolutions have biases
    batchNorm: bool = True
    dropout: float = 0.0
    # of D: a second output (`networks.branched`), which counts as much as the first
    branch: bool = False
    # of D: spectral normalization of each convolution
    spectralNorm: bool = False
    latentSize: int = 100
    latentDistribution: str = "normal"
    batch: int = 128
    seed: int = 1
    noise: str = "reuse"
    inputNoise: float = 0.0
    # of what D sees: color, translation, cutout, with commas between; each operation on each image with this probability
    augmentation: str = ""
    augmentationProbability: float = 1.0
    # sum or mean of D's losses on real images and on fakes
    discriminatorLoss: str = "sum"
    # eachUpdate: G makes its fakes twice a step though the latents stay, so that its running statistics move twice
    generatorStatistics: str = "once"
    # bce, hinge, leastSquares, relativistic, wgan (clipping) or wganGP
    loss: str = "bce"
    discriminatorUpdates: int = 1
    generatorUpdates: int = 1
    clip: float = 0.01
    penalty: float = 10.0
    labels: Labels = field(default_factory=Labels)
    generator: Optimizer = field(default_factory=Optimizer)
    discriminator: Optimizer = field(default_factory=Optimizer)

    @property
    def severalUpdates(self) -> bool:
        """Whether a trace's keys name the updates of a step."""
        return (self.discriminatorUpdates, self.generatorUpdates) != (1, 1)

    def metadata(self) -> dict[str, str]:
        """One text for each number: `<name>`, or `<group>.<name>`."""
        def text(value: object) -> str:
            return str(value).lower() if isinstance(value, bool) else str(value)
        found = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            group = fields(value) if hasattr(value, "__dataclass_fields__") else []
            found |= {f"{entry.name}.{each.name}": text(getattr(value, each.name)) for each in group}
            if not group:
                found[entry.name] = text(value)
        return found

    @classmethod
    def of_metadata(cls, metadata: dict[str, str]) -> "Recipe":
        """The inverse of `metadata`; what is not there stays at its default."""
        def parsed(default: object, prefix: str) -> object:
            values = {}
            for entry in fields(default):
                before, name = getattr(default, entry.name), prefix + entry.name
                if hasattr(before, "__dataclass_fields__"):
                    values[entry.name] = parsed(before, f"{name}.")
                elif name in metadata:
                    kind = type(before)
                    values[entry.name] = metadata[name] == "true" if kind is bool else kind(metadata[name])
            return replace(default, **values)
        return parsed(cls(), "")

    @classmethod
    def of_configuration(cls, file: Path) -> "Recipe":
        """Of a run's config.yaml, in which every key stands."""
        everything = yaml.safe_load(file.read_text())
        model, train = everything["model"], everything["train"]
        networks = [model["generator"], model["discriminator"]]
        presets = {network.get("preset") for network in networks}
        widths = {network.get("width") for network in networks}
        if len(presets) > 1 or len(widths) > 1 or None in presets:
            raise ValueError(f"{file}: both networks must be of one preset and one width")
        augmentation = train.get("differentiableAugmentation", {"operations": [], "probability": 1})
        defaults = {"dcgan": (False, 0.0), "same5": (True, 0.0), "ganlab": (False, 0.5)}
        preset, image, loss = presets.pop(), everything["data"]["image"], train["loss"]
        bias, dropout = defaults[preset]

        def said(network: dict[str, object], key: str, default: object) -> object:
            """null is what a key says by default."""
            return default if network.get(key) is None else network[key]

        return cls(
            preset=preset, imageSize=image["size"], channels=image["channels"], width=widths.pop(),
            bias=said(networks[0], "bias", bias), batchNorm=said(networks[1], "batchNorm", True),
            dropout=float(said(networks[1], "dropout", dropout)), spectralNorm=networks[1].get("spectralNorm", False),
            latentSize=model["latent"]["size"], latentDistribution=model["latent"]["distribution"],
            batch=train["batch"], seed=everything["seed"], noise=train["noise"], inputNoise=float(train["inputNoise"]),
            augmentation=",".join(augmentation["operations"]), augmentationProbability=float(augmentation["probability"]),
            generatorStatistics=train.get("generatorStatistics", "once"),
            discriminatorUpdates=train["updates"]["discriminator"], generatorUpdates=train["updates"]["generator"],
            loss=loss["kind"], discriminatorLoss=loss.get("discriminator", "sum"), clip=float(loss.get("clip", 0.01)),
            penalty=float(loss.get("penalty", 10)),
            labels=Labels(**{name: float(value) for name, value in loss.get("smoothing", {}).items()
                             if name != "kind"}),
            **{part: optimizer(train["optimizer"][part]) for part in ("generator", "discriminator")})


def optimizer(section: dict[str, object]) -> Optimizer:
    """(YAML 1.1, PyYAML's, takes 2e-4 for a text.)"""
    beta1, beta2 = section["betas"]
    return Optimizer(section["kind"], float(section["learningRate"]), float(beta1), float(beta2),
                     float(section["epsilon"]), float(section["weightDecay"]))

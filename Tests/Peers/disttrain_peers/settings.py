"""What a trace's tensors do not say by their shapes: labels and Adam's numbers, with the recipe's as defaults."""

from dataclasses import dataclass, field, fields


@dataclass
class Adam:
    """PyTorch's Adam; `weightDecay` is its L2 penalty."""

    learningRate: float = 2e-4
    beta1: float = 0.5
    beta2: float = 0.999
    epsilon: float = 1e-8
    weightDecay: float = 0.0


@dataclass
class Labels:
    """What D's logits are held against: real and fake in D's pass, opinion in G's."""

    real: float = 1.0
    fake: float = 0.0
    opinion: float = 1.0


@dataclass
class Settings:
    """A training's numbers, stored in a trace's metadata as `<group>.<name>` strings."""

    labels: Labels = field(default_factory=Labels)
    generator: Adam = field(default_factory=Adam)
    discriminator: Adam = field(default_factory=Adam)

    def metadata(self) -> dict[str, str]:
        return {f"{group.name}.{entry.name}": repr(getattr(getattr(self, group.name), entry.name))
                for group in fields(self) for entry in fields(getattr(self, group.name))}

    @classmethod
    def read(cls, metadata: dict[str, str]) -> "Settings":
        """Takes what the metadata has and leaves the rest at the recipe's values."""
        settings = cls()
        for group in fields(settings):
            part = getattr(settings, group.name)
            for entry in fields(part):
                text = metadata.get(f"{group.name}.{entry.name}")
                if text is not None:
                    setattr(part, entry.name, float(text))
        return settings

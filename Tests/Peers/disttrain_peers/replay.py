"""Replays a disttrain trace in PyTorch, in double precision, phase by phase.

D's pass starts from the parameters before the step, G's pass from D's parameters after its update, both taken from the
trace; a free-running comparison says little, since Adam's first steps have the size of the learning rate whatever the
gradient. Exit 1 where a bound is missed or the trace is not as its format says.
"""

import argparse
import sys
from pathlib import Path

import torch

from .comparison import SMALL, WIDE, Comparison, relative
from .phases import NearestKink, discriminator_pass, generator_pass, load, running_statistics
from .settings import Adam
from .trace import Trace, TraceError, is_buffer


class AdamFromTrace:
    """PyTorch's Adam in double precision, fed with the trace's gradients, from the trace's parameters."""

    def __init__(self, state: dict[str, torch.Tensor], settings: Adam) -> None:
        self.parameters = {name: value.clone().requires_grad_() for name, value in state.items() if not is_buffer(name)}
        self.optimizer = torch.optim.Adam(
            self.parameters.values(), lr=settings.learningRate, betas=(settings.beta1, settings.beta2),
            eps=settings.epsilon, weight_decay=settings.weightDecay)

    def step(self, before: dict[str, torch.Tensor], gradients: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Parameters after the update; moments are carried on."""
        for name, parameter in self.parameters.items():
            parameter.data.copy_(before[name])
            parameter.grad = gradients[name].clone()
        self.optimizer.step()
        return {name: parameter.detach().clone() for name, parameter in self.parameters.items()}


def replay(trace: Trace) -> tuple[Comparison, NearestKink]:
    """Every error of every step."""
    comparison = Comparison()
    networks = trace.networks()
    kink = NearestKink(networks)
    adam = {part: AdamFromTrace(trace.before(0, part), getattr(trace.settings, part)) for part in networks}
    for part in networks:
        for name, value in trace.before(0, part).items():
            if is_buffer(name):
                fresh = torch.full_like(value, 1.0 if name.endswith("running_var") else 0.0)
                comparison.add("initial", f"{part}.{name}", 0, (value - fresh).abs().max().item())
    for step in range(trace.steps):
        replay_step(trace, step, networks, adam, comparison, kink)
    return comparison, kink


def replay_step(trace: Trace, step: int, networks: dict[str, torch.nn.Sequential], adam: dict[str, AdamFromTrace],
                comparison: Comparison, kink: NearestKink) -> None:
    generator, discriminator = networks["generator"], networks["discriminator"]
    for part, network in networks.items():
        load(network, trace.before(step, part))
    labels = trace.settings.labels
    kink.phase = f"D's pass of step{step}"
    onto_d = discriminator_pass(generator, discriminator, trace.input(f"step{step}/real"),
                                trace.input(f"step{step}/latent.discriminator"), (labels.real, labels.fake))
    # Only the weights: D's running statistics go on from its passes over real and fake.
    load(discriminator, trace.after(step, "discriminator"), buffers=False)
    kink.phase = f"G's pass of step{step}"
    onto_g = generator_pass(generator, discriminator, onto_d.fake if trace.reused(step) else None,
                            trace.input(f"step{step}/latent.generator"), labels.opinion)

    for part, truth in (("discriminator", onto_d.gradients), ("generator", onto_g.gradients)):
        found = trace.gradients(step, part)
        updated = adam[part].step(trace.before(step, part), found)
        after = trace.after(step, part)
        for name, gradient in truth.items():
            comparison.add("gradient", f"{part}.{name}", step, relative(found[name], gradient))
        for name, parameter in updated.items():
            comparison.add("parameter", f"{part}.{name}", step, relative(after[name], parameter))
        for name, statistic in running_statistics(networks[part]).items():
            comparison.add("statistics", f"{part}.{name}", step, relative(after[name], statistic))
    for index, (name, truth) in enumerate(zip(("D real", "D fake", "G"), [*onto_d.losses, onto_g.loss])):
        found = float(trace[f"step{step}/loss"][index])
        comparison.add("loss", name, step, abs(found - truth) / abs(truth))
    for index, (name, truth) in enumerate(zip(("D(x)", "D(G(z)) before", "D(G(z)) after"),
                                              [*onto_d.probabilities, onto_g.probability])):
        found = float(trace[f"step{step}/probability"][index])
        comparison.add("probability", name, step, abs(found - truth))


def main() -> int:
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("trace", type=Path)
    parser.add_argument("--bounds", choices=("small", "wide"), help="default: small up to width 16")
    parser.add_argument("--labels", type=float, nargs=3, metavar=("REAL", "FAKE", "OPINION"))
    parser.add_argument("--learning-rates", type=float, nargs=2, metavar=("G", "D"))
    parser.add_argument("--weight-decays", type=float, nargs=2, metavar=("G", "D"))
    parser.add_argument("--single", action="store_true", help="replay in single precision: what PyTorch itself loses")
    parser.add_argument("--quiet", action="store_true", help="verdicts only, no table")
    options = parser.parse_args()
    try:
        trace = Trace(options.trace, torch.float32 if options.single else torch.float64)
    except (TraceError, OSError) as error:
        print(f"FAIL format: {error}")
        return 1
    settings = trace.settings
    if options.labels:
        settings.labels.real, settings.labels.fake, settings.labels.opinion = options.labels
    if options.learning_rates:
        settings.generator.learningRate, settings.discriminator.learningRate = options.learning_rates
    if options.weight_decays:
        settings.generator.weightDecay, settings.discriminator.weightDecay = options.weight_decays
    noise = "reused" if trace.reused(0) else "fresh"
    print(f"{options.trace}: {trace.steps} steps, width {trace.width}, {trace.image_size} px, "
          f"{trace.channels} channels, batch {trace.batch}, latent {trace.latent_size}, {noise} noise")
    print("PASS format: every name, shape and type as expected, all values finite")
    comparison, kink = replay(trace)
    if not options.quiet:
        comparison.print_table()
    wide = options.bounds == "wide" or (options.bounds is None and trace.width > 16)
    passed = comparison.verdict(WIDE if wide else SMALL)
    print(f"nearest kink: {kink.distance:.1e} of the layer's size ({kink.place})")
    if not passed and kink.distance < 1e-6:
        print("A ReLU's input lies nearer to 0 than single precision can tell, so gradients may differ by its slope "
              "and nothing be wrong: trace another seed.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

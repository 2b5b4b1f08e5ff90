"""Replays a disttrain trace in PyTorch, in double precision, phase by phase.

D's pass starts from the parameters before the step, G's pass from D's parameters after its update, both taken from the
trace; a free-running comparison says little, since Adam's first steps have the size of the learning rate whatever the
gradient. Labels, dropout and noise are drawn anew, from the seed. Exit 1 where a bound is missed or the trace is not as
its format says.
"""

import argparse
import sys
from pathlib import Path

import torch

from .comparison import SMALL, WIDE, Comparison, gradient_errors, relative
from .kinks import NearestKink
from .optimizers import GivenGradients, is_buffer
from .phases import discriminator_pass, generator_pass, load, losses_after, running_statistics
from .randomness import Passes
from .trace import Trace, TraceError
from .updates import clipped, learned, parts_of


def replay(trace: Trace) -> tuple[Comparison, NearestKink]:
    """Every error of every step."""
    comparison = Comparison()
    networks = trace.networks()
    kink = NearestKink(networks)
    optimizers = {part: GivenGradients(trace.before(0, part), getattr(trace.recipe, part)) for part in networks}
    for part in networks:
        for name, value in trace.before(0, part).items():
            if is_buffer(name) and "running" in name:
                fresh = torch.full_like(value, 1.0 if name.endswith("running_var") else 0.0)
                comparison.add("initial", f"{part}.{name}", 0, (value - fresh).abs().max().item())
    for step in range(trace.steps):
        if trace.recipe.severalUpdates:
            replay_updates(trace, step, networks, optimizers, comparison, kink)
        else:
            replay_step(trace, step, networks, optimizers, comparison, kink)
    return comparison, kink


def replay_step(trace: Trace, step: int, networks: dict[str, torch.nn.Sequential],
                optimizers: dict[str, GivenGradients], comparison: Comparison, kink: NearestKink) -> None:
    recipe, discriminator = trace.recipe, networks["discriminator"]
    for part, network in networks.items():
        load(network, trace.before(step, part))

    of_d, of_g = (Passes(recipe.seed, step, update) for update in range(2))
    real, for_d = trace.input(f"step{step}/real"), trace.input(f"step{step}/latent.discriminator")
    kink.phase = f"D's pass of step{step}"
    onto_d = discriminator_pass(recipe, networks, real, for_d, of_d)
    # Only the weights: D's running statistics go on from its passes over real and fake.
    load(discriminator, trace.after(step, "discriminator"), buffers=False)
    kink.phase = f"G's pass of step{step}"
    repeats = recipe.generatorStatistics == "eachUpdate" or not trace.reused(step)
    onto_g = generator_pass(recipe, networks, None if repeats else onto_d.fake,
                            trace.input(f"step{step}/latent.generator"), of_g)

    for part, truth in (("discriminator", onto_d.gradients), ("generator", onto_g.gradients)):
        found = trace.gradients(step, part)
        updated = optimizers[part].step(trace.before(step, part), found)
        after = trace.after(step, part)
        for name, error in gradient_errors(found, truth).items():
            comparison.add("gradient", f"{part}.{name}", step, error)
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
    compare_drawn(trace, f"step{step}", step, of_d.drawn | of_g.drawn, comparison)
    if f"step{step}/loss.after" in trace.tensors:
        load(networks["generator"], trace.after(step, "generator"))
        truth = losses_after(recipe, networks, real, for_d, Passes(recipe.seed, step, 0))
        for name, found, expected in zip(("D after", "G after"), trace[f"step{step}/loss.after"], truth):
            comparison.add("loss", name, step, abs(float(found) - expected) / abs(expected))


def compare_drawn(trace: Trace, prefix: str, step: int, drawn: dict[str, torch.Tensor], comparison: Comparison) -> None:
    """What was drawn at random, where the trace has it."""
    for name, truth in drawn.items():
        if f"{prefix}/{name}" in trace.tensors:
            comparison.add("drawn", name, step, (trace.double(f"{prefix}/{name}") - truth).abs().max().item())


def replay_updates(trace: Trace, step: int, networks: dict[str, torch.nn.Sequential],
                   optimizers: dict[str, GivenGradients], comparison: Comparison, kink: NearestKink) -> None:
    """Every update from the networks as the ones before have left them in the trace."""
    recipe = trace.recipe
    if step == 0:
        for part, network in networks.items():
            load(network, trace.before(0, part))
    # D's last real images stay, for G's updates.
    inputs: dict[str, torch.Tensor] = {}
    for update, part in enumerate(parts_of(recipe)):
        prefix = kink.phase = f"step{step}/update{update}"
        before = {name: value.detach().double().clone() for name, value in networks[part].state_dict().items()}
        inputs |= {name: trace.input(f"{prefix}/{name}") for name in (f"latent.{part}", "real", "penalty/mix")
                   if f"{prefix}/{name}" in trace.tensors}
        passes = Passes(recipe.seed, step, update)
        truth = learned(recipe, networks, part, inputs, passes)
        compare_drawn(trace, prefix, step, passes.drawn, comparison)
        found, after = trace.state(f"{prefix}/gradient", part), trace.state(f"{prefix}/parameter", part)
        for name, error in gradient_errors(found, truth.gradients).items():
            comparison.add("gradient", f"{part}.{name}", step, error)
        for name, parameter in clipped(recipe, part, optimizers[part].step(before, found)).items():
            comparison.add("parameter", f"{part}.{name}", step, relative(after[name], parameter))
        for name, statistic in running_statistics(networks[part]).items():
            comparison.add("statistics", f"{part}.{name}", step, relative(after[name], statistic))
        load(networks[part], after)
        for kind, numbers in (("loss", truth.losses), ("probability", truth.scores), ("penalty/value", truth.penalty)):
            for number, expected in enumerate(numbers):
                error = abs(float(trace[f"{prefix}/{kind}"][number]) - expected)
                if kind != "probability" or recipe.loss != "bce":
                    error /= abs(expected)
                comparison.add(kind.replace("penalty/value", "loss"), f"update{update}, {kind} {number}", step, error)


def main() -> int:
    parser = argparse.ArgumentParser(prog="replay", description=__doc__)
    parser.add_argument("trace", type=Path, help="made by PyTorch, or by disttrain beside the config.yaml of its run")
    parser.add_argument("--bounds", choices=("small", "wide"), help="default: small up to width 16")
    parser.add_argument("--single", action="store_true", help="replay in single precision: what PyTorch itself loses")
    parser.add_argument("--quiet", action="store_true", help="verdicts only, no table")
    options = parser.parse_args()
    try:
        trace = Trace(options.trace, torch.float32 if options.single else torch.float64)
    except (TraceError, OSError) as error:
        print(f"FAIL format: {error}")
        return 1
    recipe = trace.recipe
    print(f"{options.trace}: {trace.steps} steps, {recipe.preset} of width {recipe.width}, {recipe.imageSize} px, "
          f"{recipe.channels} channels, batch {recipe.batch}, latent {recipe.latentSize}, noise {recipe.noise}")
    print("PASS format: every name, shape and type as expected, all values finite")
    comparison, kink = replay(trace)
    if not options.quiet:
        comparison.print_table()
    wide = options.bounds == "wide" or (options.bounds is None and recipe.width > 16)
    passed = comparison.verdict(WIDE if wide else SMALL)
    print(f"nearest kink: {kink.distance:.1e} of the layer's size ({kink.place})")
    if not passed and kink.distance < 1e-6:
        print("A ReLU's input lies nearer to 0 than single precision can tell, so gradients may differ by its slope "
              "and nothing be wrong: trace another seed.")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

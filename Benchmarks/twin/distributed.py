"""The twin on several processes: PyTorch's DistributedDataParallel over gloo."""

import argparse
import tempfile
import warnings
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import torch
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

from twin.measuring import build, photographs, report, seconds_per_step
from twin.step import Twin


class DistributedTwin(Twin):
    """Gradients of D are averaged once a step: the pass on real images waits for the one on fakes."""

    def __init__(self, twin: Twin) -> None:
        self.__dict__.update(twin.__dict__)
        # Its successor is in the newest releases only.
        warnings.filterwarnings("ignore", "`broadcast_buffers`", FutureWarning)
        # Batch norm's buffers stay each process's own: broadcasting them would change them under a pending backward.
        self.generator, self.discriminator = (
            DistributedDataParallel(network, broadcast_buffers=False, gradient_as_bucket_view=True)
            for network in (twin.generator, twin.discriminator))

    def gradients_wait(self) -> AbstractContextManager:
        return self.discriminator.no_sync()

    def asked(self) -> nn.Module:
        return self.discriminator.module


def run(rank: int, store: str, options: argparse.Namespace) -> None:
    """One process's share of the batch."""
    torch.set_num_threads(options.threads)
    distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=options.processes)
    images = photographs(options)
    twin = DistributedTwin(build(options))
    torch.manual_seed(options.seed + rank)
    recipe = replace(options.recipe, batch=options.recipe.batch // options.processes)
    share = argparse.Namespace(**vars(options) | {"recipe": recipe})
    taken = seconds_per_step(twin.step, images, share, options.steps)
    if rank == 0:
        report(f"eager, {options.processes} processes by gloo", taken, options)
    distributed.barrier()
    distributed.destroy_process_group()


def measure_distributed(options: argparse.Namespace) -> None:
    """Prints images/s of the whole batch over all processes."""
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(run, (str(Path(folder) / "store"), options), nprocs=options.processes)

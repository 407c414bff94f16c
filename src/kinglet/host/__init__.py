"""The C of steps and models, compiled for this machine and called in batches."""

from kinglet.host.call import predict, run_step
from kinglet.host.chain import fit_chain, run_chain
from kinglet.host.compiled import library_path
from kinglet.host.device import Device

__all__ = ["Device", "fit_chain", "library_path", "predict", "run_chain", "run_step"]

"""Run compiled code on an emulated core: the same bits, instructions, cycles and stack.

The emulator lives in a process of its own (`kinglet.board.worker`) and is an optional extra.
"""

from kinglet.board.image import link_image
from kinglet.board.runner import BoardRun, run, unavailable_reason

__all__ = ["BoardRun", "link_image", "run", "unavailable_reason"]

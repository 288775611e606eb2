"""What people read on the terminal: plain lines, with colour where there is one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done and, at its end, how long it took."""
    began = time.monotonic()
    with out.status(f"{name} …"):
        yield
    out.print(f"[green]✓[/green] {name} [dim]({time.monotonic() - began:.1f} s)[/dim]")

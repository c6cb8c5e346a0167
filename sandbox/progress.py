"""Says what is being done and how long it usually takes: a bar on a terminal, plain lines elsewhere."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Display:
    """Shows steps as they run, several at once if need be. Use as a context manager; safe from any thread.

    `interrupted` is set when the person (or a failure elsewhere) wants what is under way to end early.
    """

    def __init__(self, *, quiet: bool = False, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self.interrupted = threading.Event()
        self._quiet = quiet
        self._bars: Progress | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if not self._quiet and self.console.is_terminal:
            self._bars = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TimeElapsedColumn(),
                TextColumn("{task.fields[hint]}", style="dim"),
                console=self.console,
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def say(self, sentence: str) -> None:
        """One line of text that stays."""
        if self._quiet:
            return
        with self._lock:
            if self.console.is_terminal:
                self.console.print(sentence, markup=False)
            else:
                print(sentence, file=sys.stderr, flush=True)

    @contextmanager
    def step(self, title: str, usual_seconds: float = 0) -> Iterator[None]:
        """Show `title` while the body runs; the bar fills over `usual_seconds` (0: how long is not known)."""
        begun = time.monotonic()
        hint = f"usually {_duration(usual_seconds)}" if usual_seconds >= 5 else ""
        if self._bars is None:
            if usual_seconds >= 5:
                self.say(f"… {title} ({hint})")
            yield
            self.say(f"✓ {title} ({_duration(time.monotonic() - begun)})")
            return
        task = self._bars.add_task(title, total=usual_seconds or None, hint=hint)
        finished = threading.Event()
        filler = threading.Thread(target=self._fill, args=(task, begun, usual_seconds, finished), daemon=True)
        filler.start()
        try:
            yield
        except BaseException:
            self.say(f"✗ {title}")
            raise
        else:
            self.say(f"✓ {title} ({_duration(time.monotonic() - begun)})")
        finally:
            finished.set()
            filler.join()
            self._bars.remove_task(task)

    @contextmanager
    def status(self) -> Iterator[Callable[[str], None]]:
        """A line that is written over again and again; plain lines, at most one every five seconds, elsewhere."""
        if self._bars is None:
            last = -5.0

            def say_seldom(sentence: str) -> None:
                nonlocal last
                if time.monotonic() - last >= 5.0:
                    last = time.monotonic()
                    self.say(sentence)

            yield say_seldom
            return
        bars = self._bars
        task = bars.add_task("", total=None, hint="")
        try:
            yield lambda sentence: bars.update(task, description=sentence)
        finally:
            bars.remove_task(task)

    def _fill(self, task: object, begun: float, usual_seconds: float, finished: threading.Event) -> None:
        while not finished.wait(0.25):
            bars = self._bars
            if bars is None or not usual_seconds:
                continue
            # The bar never claims to be done before the step is.
            share = min((time.monotonic() - begun) / usual_seconds, 0.98)
            bars.update(task, completed=share * usual_seconds)  # type: ignore[arg-type]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"

"""Says what the set-up is doing, in plain sentences, with the time each step took."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAST_WORDS = 15


class CannotGoOn(Exception):
    """The set-up needs something that it cannot provide itself; the message says what to do."""


@contextmanager
def steps(total: int) -> Iterator[Callable[[str, Callable[[], None]], None]]:
    """Yield `step(title, work)`, which numbers, announces and times each piece of work."""
    began, done = time.monotonic(), 0

    def step(title: str, work: Callable[[], None]) -> None:
        nonlocal done
        done += 1
        say(f"Setting up, step {done} of {total}: {title} ...")
        started = time.monotonic()
        work()
        say(f"  done in {time.monotonic() - started:.0f} s")

    yield step
    say(f"Set-up finished in {time.monotonic() - began:.0f} s; the next start skips it.")


def say(sentence: str) -> None:
    """Print at once, also into a pipe."""
    print(sentence, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    failing: str,
    environ: Mapping[str, str] | None = None,
    watch: Callable[[str], None] | None = None,
) -> None:
    """Run quietly in the checkout; where it fails, raise with the sentence `failing` and its last words."""
    words: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            words.append(line.rstrip())
            if watch:
                watch(line)
    if process.returncode != 0:
        raise CannotGoOn("\n".join([failing, "Its last words were:", *words[-LAST_WORDS:]]))


def counting(noun: str, total: int, *prefixes: str) -> Callable[[str], None]:
    """A watcher that counts lines with one of the prefixes: on a terminal every one, elsewhere every twentieth."""
    seen = 0
    on_terminal = sys.stdout.isatty()

    def watch(line: str) -> None:
        nonlocal seen
        if not line.lstrip().startswith(prefixes):
            return
        seen = min(seen + 1, total)
        if on_terminal:
            print(f"\r  {seen} of {total} {noun}", end="" if seen < total else "\n", flush=True)
        elif seen % 20 == 0 or seen == total:
            say(f"  {seen} of {total} {noun}")

    return watch

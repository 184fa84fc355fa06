"""What a row of the fault matrix is given, and what it answers."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`seed` decides everything that is random; `quick` is for every run of the suite; `folder` is the row's own."""

    seed: int
    quick: bool
    folder: Path


@dataclass(kw_only=True)
class Outcome:
    """What came of a row. `numbers` are printed in their order; it is clean when nothing is complained of."""

    commits: int = 0
    effects: int = 0
    numbers: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.complaints and self.commits == self.effects

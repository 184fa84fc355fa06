"""What a row of the fault matrix is given, and what it answers."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.servers import Servers


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`seed` decides everything that is random; `quick` is for every run of the suite; `folder` is the row's own.

    `servers` run for all rows of a driver and start when first asked for. `kills` is for the row of random kills.
    """

    seed: int
    quick: bool
    folder: Path
    servers: Servers = field(default_factory=Servers)
    kills: int | None = None


@dataclass(kw_only=True)
class Outcome:
    """What came of a row. `numbers` are printed in their order; it is clean when nothing is complained of."""

    commits: int = 0
    effects: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    unexplained: int = 0  # parked events that nobody meant to be parked
    numbers: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        wrong = self.lost or self.doubled or self.out_of_order or self.unexplained or self.complaints
        return not wrong and self.commits == self.effects

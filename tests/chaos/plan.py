"""What every process of a run is told: where the site is, who it is, and the rates of faults."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

HOT_RECORDS = 60
GENERATION_S = 20.0
"""How long the same hot records stay the ones everybody works on."""

BATCH_SIZES = {1: 10, 5: 15, 40: 25, 150: 25, 500: 20, 2000: 5}
"""Operations a push, and how often."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One enrolled device."""

    name: str
    device: str
    token: str


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What was set up before a run: one project, and the scopes records go to."""

    port: int
    user: str
    version: str
    plot: str
    point: str  # in the hot scope
    hot: str
    cold: tuple[str, ...]
    cold_points: dict[str, str]
    quiet: str
    quiet_point: str
    writers: tuple[Identity, ...]
    readers: tuple[Identity, ...]
    tablets: tuple[Identity, ...]


@dataclass(frozen=True, kw_only=True)
class Faults:
    """How often a request of a device meets a fault, as shares of all its requests."""

    deaf: float = 0.20  # the socket is closed without reading the answer
    half_body: float = 0.10
    before_body: float = 0.03
    forgotten: float = 0.10  # the answer is read, and forgotten before it is saved


NO_FAULTS = Faults(deaf=0, half_body=0, before_body=0, forgotten=0)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One run."""

    seed: int
    started_at: float  # seconds since the epoch, by time.time()
    seconds: float
    directory: Path
    setting: Setting
    patience_s: float = 240.0  # how long a device tries to finish when the faults are over
    faults: Faults = field(default_factory=Faults)

    def hot_record(self, generation: int, place: int) -> str:
        """Return the id of a hot record, the same on every device."""
        space = uuid.UUID(int=self.seed)
        return str(uuid.uuid5(space, f"{generation}:{place}"))

    @property
    def stop(self) -> Path:
        """The file whose appearance ends the faults and lets everybody settle."""
        return self.directory / "stop"

    def report(self, name: str) -> Path:
        """Return where a process leaves what it saw."""
        return self.directory / f"{name}.json"

    def trouble(self, name: str) -> Path:
        """Return where a reference tablet notes that its replica differed from the server's."""
        return self.directory / f"{name}.trouble"

    def journal(self, name: str) -> Path:
        """Return where a writer notes each operation it makes, before it is sent."""
        return self.directory / f"{name}.ops"

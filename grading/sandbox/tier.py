"""What a machine can promise about an untrusted process."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("none", "landlock", "namespaces")


@dataclass(frozen=True, slots=True)
class Tier:
    """The containment that was tried on this machine and held.

    Attributes
    ----------
    name : str
        "namespaces" (private root, namespaces, Landlock, seccomp, limits), "landlock"
        (Landlock, seccomp, limits) or "none".
    missing : tuple of str
        One sentence for each promise that did not hold, with what to do about it.
    """

    name: str
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise ValueError(f"a tier is one of {', '.join(NAMES)}, got {self.name!r}")

    @property
    def safe(self) -> bool:
        """Whether untrusted code may run in this tier."""
        return self.name != "none"

    def __str__(self) -> str:
        return "\n".join([f"sandbox tier: {self.name}", *(f"- {line}" for line in self.missing)])

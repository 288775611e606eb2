"""State machines as tables. A move that is not in a table does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class NoSuchMove(RuntimeError):
    """The code asked for a move the table does not have: our bug, never a person's."""


_known: dict[str, Machine] = {}


@dataclass(frozen=True)
class Machine:
    """`moves` maps each state to the states it may go to; a final state maps to nothing."""

    name: str
    first: str
    moves: Mapping[str, frozenset[str]]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.moves)

    @property
    def final(self) -> frozenset[str]:
        return frozenset(state for state, onward in self.moves.items() if not onward)

    def allows(self, from_state: str, to_state: str) -> bool:
        if from_state == "":
            return to_state == self.first
        return to_state in self.moves[from_state]

    def check(self, from_state: str, to_state: str) -> None:
        if not self.allows(from_state, to_state):
            raise NoSuchMove(f"{self.name}: {from_state or '(new)'} -> {to_state}")


def machine(name: str, table: Mapping[str, str]) -> Machine:
    """Write a machine as `{"draft": "in_review canceled", …}`; the first state named is where all begin."""
    moves = {state: frozenset(onward.split()) for state, onward in table.items()}
    unknown = {state for onward in moves.values() for state in onward} - moves.keys()
    if unknown:
        raise NoSuchMove(f"{name}: unknown states {sorted(unknown)}")
    _known[name] = Machine(name, next(iter(moves)), moves)
    return _known[name]


def known(name: str) -> Machine | None:
    """The machine of that name, if the floor that has it was imported."""
    return _known.get(name)

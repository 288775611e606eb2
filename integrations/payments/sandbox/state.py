"""Everything the sandbox remembers, and changes to it that happen whole or not at all."""

from __future__ import annotations

import asyncio
import copy
import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from integrations.payments.sandbox.ids import new_id
from integrations.payments.sandbox.refusals import not_found

if TYPE_CHECKING:
    from integrations.payments.sandbox.file import StateFile

Row = dict[str, Any]
"""An object as Stripe shows it. Names starting with an underscore are the sandbox's own and never shown."""

DEADLINE = "_deadline_at"
"""Field of a row that something has to happen to when the sandbox's clock reaches it."""


class State:
    """Rows by kind and id, in order of creation; held in memory, and in a file if there is one."""

    def __init__(self, file: StateFile | None = None) -> None:
        self.file = file
        self.tables: dict[str, dict[str, Row]] = {}
        self.deadlines: list[tuple[int, str, str]] = []
        for kind, row in file.load() if file else ():
            self._take(kind, row["id"], row)

    def rows(self, kind: str) -> dict[str, Row]:
        """The rows of one kind. Not to be changed by the caller."""
        return self.tables.setdefault(kind, {})

    def due(self, now: int) -> list[tuple[str, str]]:
        """Kind and id of rows whose deadline has come, earliest first. They are handed out once."""
        found: list[tuple[str, str]] = []
        while self.deadlines and self.deadlines[0][0] <= now:
            at, kind, object_id = heapq.heappop(self.deadlines)
            row = self.rows(kind).get(object_id)
            if row is not None and row.get(DEADLINE) == at:
                found.append((kind, object_id))
        return found

    async def commit(self, change: Change) -> None:
        """Make a change lasting: first in the file, then in memory. The caller lets one in at a time."""
        if self.file is not None and change.written:
            await asyncio.to_thread(self.file.save, list(change.written.items()))
        for (kind, object_id), row in change.written.items():
            if row is None:
                self.rows(kind).pop(object_id, None)
            else:
                self._take(kind, object_id, row)

    def clear(self) -> None:
        """Forget everything."""
        if self.file is not None:
            self.file.clear()
        self.tables.clear()
        self.deadlines.clear()

    def _take(self, kind: str, object_id: str, row: Row) -> None:
        self.rows(kind)[object_id] = row
        if row.get(DEADLINE) is not None:
            heapq.heappush(self.deadlines, (row[DEADLINE], kind, object_id))


class Change:
    """One request's view of the state: reads see its own writes, nobody else does before the commit.

    now: the sandbox's time in seconds. base: the public address hosted pages are linked by.
    request: id and idempotency key of the request, shown in events.
    """

    def __init__(self, state: State, now: int, base: str = "") -> None:
        self.state = state
        self.now = now
        self.base = base
        self.request: Row = {"id": None, "idempotency_key": None}
        self.written: dict[tuple[str, str], Row | None] = {}

    def read(self, kind: str, object_id: str) -> Row | None:
        """A row to look at, not to change."""
        if (kind, object_id) in self.written:
            return self.written[kind, object_id]
        return self.state.rows(kind).get(object_id)

    def edit(self, kind: str, object_id: str, *, param: str = "id") -> Row:
        """A row to change; refuses with `resource_missing` if there is none."""
        row = self.written.get((kind, object_id))
        if row is None:
            found = self.read(kind, object_id)
            if found is None:
                raise not_found(kind, object_id, param)
            row = copy.deepcopy(found)
            self.written[kind, object_id] = row
        return row

    def need(self, kind: str, object_id: str, *, param: str = "id") -> Row:
        """A row to look at; refuses with `resource_missing` if there is none."""
        row = self.read(kind, object_id)
        if row is None:
            raise not_found(kind, object_id, param)
        return row

    def add(self, kind: str, fields: Row) -> Row:
        """A new object of Stripe's, to be changed further: id, object, created and livemode are filled in."""
        object_id = new_id(kind)
        row = {"id": object_id, "object": kind, "created": self.now, "livemode": False, **fields}
        self.written[kind, object_id] = row
        return row

    def put(self, kind: str, row: Row) -> None:
        """Write a row of the sandbox's own, such as a saved answer."""
        self.written[kind, row["id"]] = row

    def remove(self, kind: str, object_id: str) -> None:
        """Forget a row."""
        self.written[kind, object_id] = None

    def all(self, kind: str) -> Iterator[Row]:
        """Every row of a kind, oldest first, to look at."""
        table = self.state.rows(kind)
        for object_id, row in table.items():
            own = self.written.get((kind, object_id), row)
            if own is not None:
                yield own
        for (own_kind, object_id), own in self.written.items():
            if own_kind == kind and object_id not in table and own is not None:
                yield own

"""The noodle shop's contacts: people in circles that talk to one another. The same seed makes the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

CIRCLES = 60
_SMALLEST, _LARGEST = 2, 4
_FIRST = """
amir bella chen dora elif frank grace henrik imani jun kofi lucia mateo nadia oskar priya rosa samir tessa ugo
vivian wei ximena yusuf zoe
""".split()
_LAST = """
abbott brandt costa dietz ekman flores grant hsu ibarra jansen keller lindqvist moreau nakata
""".split()
_KINDS = ("Reading circle", "Office floor", "Running club", "Choir", "Stairwell", "Allotment")
_SOURCES = ("card at the counter", "shop website", "autumn tasting")


@dataclass(frozen=True)
class Circle:
    """People who hear from one another. `hunger` is how often they eat out, the same for all of them."""

    name: str
    emails: tuple[str, ...]
    hunger: float


def circles(random: Random) -> tuple[Circle, ...]:
    """All contacts by circle; no address comes twice."""
    people = [f"{first}.{last}@example.com" for first in _FIRST for last in _LAST]
    random.shuffle(people)
    found = []
    for place in range(CIRCLES):
        size = random.randint(_SMALLEST, _LARGEST)
        members, people = people[:size], people[size:]
        name = f"{_KINDS[place % len(_KINDS)]} {place // len(_KINDS) + 1}"
        found.append(Circle(name, tuple(members), random.uniform(0.3, 0.6)))
    return tuple(found)


def contacts_csv(people: Sequence[Circle], today: date, random: Random) -> str:
    """The file of contacts; three in a hundred never agreed to be written to."""
    lines = ["email,group,consent_source,consent_on"]
    for circle in people:
        for email in circle.emails:
            agreed_on = today - timedelta(days=random.randint(20, 300))
            consent = f"{random.choice(_SOURCES)},{agreed_on}" if random.random() > 0.03 else ","
            lines.append(f"{email},{circle.name},{consent}")
    return "\n".join(lines) + "\n"


def sales_csv(people: Sequence[Circle], days: tuple[date, date], till: str, random: Random) -> str:
    """What the till took from these people between two days, whether they saw a campaign or not."""
    lines = ["date,email,amount,currency,reference"]
    first, last = days
    for circle in people:
        for email in circle.emails:
            if random.random() < circle.hunger:
                day = first + timedelta(days=random.randint(0, (last - first).days))
                lines.append(f"{day},{email},{random.randint(500, 1300) / 100:.2f},USD,{till}-{len(lines)}")
    return "\n".join(lines) + "\n"


def called(email: str) -> str:
    """The name behind an address, as its owner would type it: Amir Costa."""
    return email.partition("@")[0].replace(".", " ").title()

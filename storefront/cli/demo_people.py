"""Who is in the demo: those who can sign in, and buyers."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "quorum-demo-2026"  # noqa: S105 - everybody may know it; the demo holds nothing of anybody
PLATFORM = "quorum-demo"


@dataclass(frozen=True)
class SignIn:
    """`merchant` is the slug of the organization the person has a role in."""

    who: str
    email: str
    name: str
    merchant: str
    role: str


SIGN_INS = (
    SignIn("Merchant, Ritzy Lane Cinema", "owner@ritzy.example", "Rosa Ritz", "ritzy-lane", "owner"),
    SignIn("Venue staff, Ritzy Lane Cinema", "door@ritzy.example", "Dee Doorman", "ritzy-lane", "staff"),
    SignIn(
        "Merchant, Lantern Street Noodles",
        "owner@lantern.example",
        "Lin Lantern",
        "lantern-street-noodles",
        "owner",
    ),
    SignIn(
        "Marketer, Lantern Street Noodles",
        "marketer@lantern.example",
        "Mara Marketer",
        "lantern-street-noodles",
        "marketer",
    ),
    SignIn(
        "Venue staff, Lantern Street Noodles",
        "counter@lantern.example",
        "Cal Counter",
        "lantern-street-noodles",
        "staff",
    ),
    SignIn("Merchant, Yunohana", "owner@yunohana.example", "Yuki Yunohana", "yunohana", "owner"),
    SignIn("Merchant, Kiln and Clay", "owner@kiln.example", "Kit Kiln", "kiln-and-clay", "owner"),
    SignIn("Venue staff, Kiln and Clay", "studio@kiln.example", "Clara Clay", "kiln-and-clay", "staff"),
    SignIn("Platform operator", "operator@quorum.example", "Opal Operator", PLATFORM, "operator"),
)

BUYERS = tuple(
    f"{name}@example.com"
    for name in """
    ada ben cleo dara emil fay gus hana ivo june kai lena milo nora otto pia quinn rita sven tara umar vera
    wim xena yara zeno amal bruno clara dov esme finn gita hugo ines jonas
    """.split()
)

CARDS = (
    "pm_card_visa",
    "pm_card_mastercard",
    "pm_card_visa_debit",
    "pm_card_amex",
    "pm_card_discover",
    "pm_card_jcb",
)

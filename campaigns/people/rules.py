"""Who may do what, and how an e-mail address is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from email_validator import EmailNotValidError, validate_email

from campaigns.foundation.errors import NotAllowed, Refusal
from campaigns.foundation.ids import AccountId, OrganizationId

ORGANIZATION_KINDS = ("merchant", "platform")
# `announce_join`: our feeds may say that this order joined. `news`: this merchant may write about its deals.
CONSENT_KINDS = ("announce_join", "news")
OWNER, MANAGER, STAFF, OPERATOR, MARKETER = "owner", "manager", "staff", "operator", "marketer"
ROLES = (OWNER, MANAGER, STAFF, OPERATOR, MARKETER)
ROLES_OF_KIND = {"merchant": (OWNER, MANAGER, STAFF, MARKETER), "platform": (OPERATOR,)}

# The one table: what can be done -> the roles that may, and how the refusal calls it.
_ACTS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "write_deal": ((OWNER, MANAGER), "write deals"),
    "submit_deal": ((OWNER, MANAGER), "submit deals for review"),
    "review_deal": ((OPERATOR,), "review deals"),
    "cancel_deal": ((OWNER, MANAGER, OPERATOR), "cancel this deal"),
    "waive": ((OWNER, MANAGER), "honour a deal below its threshold"),
    "see_orders": ((OWNER, MANAGER, OPERATOR), "see these orders"),
    "refund": ((OWNER, MANAGER, OPERATOR), "refund this order"),
    "redeem": ((OWNER, MANAGER, STAFF), "redeem vouchers here"),
    "see_console": ((OWNER, MANAGER, STAFF, MARKETER), "see this merchant's console"),
    "place_venue": ((OWNER, MANAGER), "place venues"),
    "show_venue_code": ((OWNER, MANAGER, STAFF), "show the venue code"),
    "see_check_ins": ((OWNER, MANAGER, MARKETER), "see check-ins"),
    "write_check_in_offer": ((OWNER, MANAGER), "write check-in offers"),
    "connect_feed": ((OWNER, MANAGER), "connect feeds"),
    "see_feeds": ((OWNER, MANAGER, MARKETER), "see feeds and posts"),
    "approve_template": ((OWNER, MANAGER), "approve templates"),
    "publish": ((OWNER, MANAGER, MARKETER), "publish, withdraw or drop posts"),
    "invite_advocate": ((OWNER, MANAGER, MARKETER), "invite advocates"),
    "see_links": ((OWNER, MANAGER, MARKETER), "see what links brought"),
    "write_campaign": ((OWNER, MANAGER, MARKETER), "write and launch campaigns"),
    "import_contacts": ((OWNER, MANAGER, MARKETER), "import contacts"),
    "see_reports": ((OWNER, MANAGER, MARKETER), "read campaign reports"),
    "answer_mentions": ((OWNER, MANAGER, MARKETER), "read and answer mentions"),
    "create_token": ((OWNER, OPERATOR), "create API tokens"),
    "enrol": ((OWNER, OPERATOR), "add members"),
    "found_organization": ((OPERATOR,), "add merchants"),
    "see_operator": ((OPERATOR,), "see the operator pages"),
}
ACTS = tuple(_ACTS)


class InvalidEmail(Refusal):
    code = "invalid_email"
    sentence = "This does not look like an e-mail address. Write it like name@example.com."


class SignInNeeded(Refusal):
    code = "sign_in_needed"
    sentence = "Sign in first to {act}."


@dataclass(frozen=True)
class Actor:
    """Who asks. `scopes` is None in a browser and the list of permitted acts behind an API token."""

    account_id: AccountId | None = None
    name: str = ""
    roles: Mapping[OrganizationId, str] = field(default_factory=lambda: MappingProxyType({}))
    is_operator: bool = False
    scopes: frozenset[str] | None = None

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None

    @property
    def label(self) -> str:
        """How the audit trail and the facts name this actor; never an address or a name."""
        return f"account:{self.account_id}" if self.account_id else "anonymous"


ANONYMOUS = Actor()


def roles_for(act: str) -> tuple[str, ...]:
    """The roles that may do an act. Raises KeyError for an act that is not in the table."""
    return _ACTS[act][0]


def may(actor: Actor, act: str, organization_id: OrganizationId | None = None) -> bool:
    """Whether this actor may do this act for this organization; an operator's acts need none."""
    allowed = roles_for(act)
    if actor.is_anonymous or (actor.scopes is not None and act not in actor.scopes):
        return False
    if actor.is_operator and OPERATOR in allowed:
        return True
    return organization_id is not None and actor.roles.get(organization_id) in allowed


def require(actor: Actor, act: str, organization_id: OrganizationId | None = None) -> None:
    """Raises SignInNeeded for a stranger, NotAllowed for anybody else the table leaves out."""
    if may(actor, act, organization_id):
        return
    words = _ACTS[act][1]
    if actor.is_anonymous:
        raise SignInNeeded(act=words)
    raise NotAllowed(act=words, who_may=_who_may(roles_for(act)))


def _who_may(roles: tuple[str, ...]) -> str:
    people = {OWNER: "an owner", MANAGER: "a manager", STAFF: "venue staff", MARKETER: "a marketer"}
    people[OPERATOR] = "a platform operator"
    named = [people[role] for role in roles]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} or {named[-1]}"
    return f"Ask {listed}."


def written_email(text: str) -> str:
    """The address as mail is sent to it, checked for its form alone. Raises InvalidEmail."""
    try:
        # Reserved endings such as .example are addresses too: nothing here claims that mail arrives.
        found = validate_email(text.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise InvalidEmail from None
    if "." not in found.domain or found.domain.startswith("["):
        raise InvalidEmail
    return found.normalized


def normalize_email(text: str) -> str:
    """The one spelling under which an address is an account, however it was typed. Raises InvalidEmail."""
    return written_email(text).lower()


@dataclass(frozen=True)
class Lifetime:
    """How long a sign-in lasts: `sliding` since it was last used, `absolute` since it began (S5)."""

    sliding: timedelta
    absolute: timedelta

    def expires_at(self, created_at: datetime, seen_at: datetime) -> datetime:
        return min(seen_at + self.sliding, created_at + self.absolute)


LIFETIMES = {
    "buyer": Lifetime(timedelta(days=30), timedelta(days=90)),
    "staff": Lifetime(timedelta(hours=12), timedelta(hours=24)),
    "operator": Lifetime(timedelta(hours=8), timedelta(hours=8)),
}
SESSION_KINDS = tuple(LIFETIMES)
# Payout, refund, export and key change ask for a password this fresh.
FRESH = timedelta(minutes=10)


def session_kind(roles: Mapping[OrganizationId, str]) -> str:
    """The strictest lifetime that any of a person's roles asks for."""
    if OPERATOR in roles.values():
        return "operator"
    return "staff" if roles else "buyer"

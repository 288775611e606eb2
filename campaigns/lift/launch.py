"""Launch a campaign: fix its experiment before anybody is shown anything, then owe the invitations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from campaigns.deals.campaign_moves import locked_campaign, move_campaign
from campaigns.deals.campaign_queries import CampaignView, campaign_by_id
from campaigns.deals.campaign_rules import OVER, CampaignNotDraft, CampaignWithoutDeals, OtherCurrency
from campaigns.deals.rows import campaign_deals, deals
from campaigns.foundation.clock import Clock
from campaigns.foundation.effects import Effect, owe
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.failpoints import failpoint
from campaigns.foundation.ids import CampaignId, random_text
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.lift.assignment import Person, Place, clusters_of, method_for, placed
from campaigns.lift.audience import Market, audience
from campaigns.lift.design import Design, Plan, parse_design
from campaigns.lift.estimators.power import ALPHA, POWER
from campaigns.lift.power import Power, power_of
from campaigns.lift.rows import eligibles, experiment_clusters, experiments, exposures
from campaigns.lift.rules import HOLDOUT, INVITATION, RULE_VERSION, TREATED
from campaigns.people.audit import AuditEntry, note
from campaigns.people.queries import read_organization
from campaigns.people.rules import Actor
from campaigns.sharing.give_link import merchant_link

# Rows per statement, so that a big audience is written in pieces of bounded size.
_BATCH = 1000


@dataclass(frozen=True)
class Launched:
    """What was fixed: eligible people, clusters by arm, and the smallest lift this can show (None: it cannot)."""

    people: int
    treated_clusters: int
    holdout_clusters: int
    invited: int
    mde_rel: float | None


@dataclass(frozen=True)
class Preview:
    """What a launch at this moment would fix, without drawing anything."""

    people: int
    clusters: int
    method: str
    power: Power


@dataclass(frozen=True)
class _Sample:
    """People in clusters. `spent_minor` and `sizes` are by cluster, `cluster` by account."""

    people: Sequence[Person]
    cluster: Mapping[str, str]
    sizes: Mapping[str, int]
    spent_minor: Mapping[str, int]


async def launch(
    campaign_id: CampaignId, design: Design, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> Launched:
    """draft -> launched. Arms, audience and design stay as they are from here on; the database refuses changes.

    Raises InvalidFields, CampaignNotDraft, CampaignWithoutDeals, OtherCurrency, NotFound, NotAllowed.
    """
    plan = parse_design(design)
    async with store.begin() as unit:
        row = await locked_campaign(unit, campaign_id, actor=actor)
        if row.state != "draft":
            raise CampaignNotDraft(state=row.state)
        now = await clock.now(unit)
        market = await _market(unit, campaign_id, now)
        salt = random_text(130)
        sample = _sample(await audience(unit, market), salt=salt, by_group=plan.by_group)
        _check(plan, sample, row.channels)
        fixed = _experiment(campaign_id, plan, sample, market) | {"salt": salt, "fixed_by": actor.label}
        await unit.run(experiments.insert().values(fixed))
        await _log_would_show(unit, campaign_id, sample, now)
        await failpoint("launch.before_arms")
        launched = await _assign(unit, fixed, sample, now, invite="mail" in row.channels)
        told = asdict(launched) | {"holdout_percent": plan.holdout_percent}
        await _give_links(unit, campaign_id, now)
        await move_campaign(unit, row, "launched", now, launched_at=now, note=told)
        entry = AuditEntry(
            row.organization_id, actor.label, "launch_campaign", f"campaign:{campaign_id}", told
        )
        await note(unit, entry, now=now, keys=keys)
    return launched


async def preview(
    unit: Unit, campaign_id: str, now: datetime, *, holdout_percent: int, by_group: bool
) -> Preview:
    """For the page that asks whether to launch. Raises NotFound, CampaignWithoutDeals, OtherCurrency."""
    people = await audience(unit, await _market(unit, campaign_id, now))
    # Which salt does not matter: the same people stand together under any.
    sample = _sample(people, salt="preview", by_group=by_group)
    power = power_of(sample.sizes, sample.spent_minor, holdout_percent=holdout_percent)
    return Preview(len(people), len(sample.sizes), method_for(len(sample.sizes)), power)


async def _market(unit: Unit, campaign_id: str, now: datetime) -> Market:
    campaign = await campaign_by_id(unit, campaign_id)
    if campaign is None:
        raise NotFound(what="campaign")
    currency = _one_currency(campaign)
    merchant = await read_organization(unit, campaign.organization_id)
    if merchant is None:
        raise NotFound(what="organization")
    return Market(campaign.organization_id, currency, merchant.zone, now)


def _one_currency(campaign: CampaignView) -> str:
    if not any(deal.state not in OVER for deal in campaign.deals):
        raise CampaignWithoutDeals
    currencies = sorted({deal.currency for deal in campaign.deals})
    if len(currencies) > 1:  # a draft deal may have changed its currency since it came in
        raise OtherCurrency(currency=currencies[0])
    return currencies[0]


def _sample(people: Sequence[Person], *, salt: str, by_group: bool) -> _Sample:
    cluster = clusters_of(people, salt=salt, by_group=by_group)
    sizes, spent = Counter(cluster.values()), dict.fromkeys(cluster.values(), 0)
    for person in people:
        spent[cluster[person.account_id]] += person.spent_minor
    return _Sample(people, cluster, sizes, spent)


def _check(plan: Plan, sample: _Sample, channels: Sequence[str]) -> None:
    if plan.holdout_percent == 0:
        return
    if "mail" not in channels:
        sentence = "Only mail can be withheld. Choose mail as a channel, or hold nobody out."
        raise InvalidFields([FieldError("holdout_percent", "needs_mail", sentence)])
    if len(sample.sizes) < 2:
        sentence = "There are too few people with consent to hold anybody out. Write 0."
        raise InvalidFields([FieldError("holdout_percent", "too_few_people", sentence)])


def _experiment(campaign_id: str, plan: Plan, sample: _Sample, market: Market) -> dict[str, Any]:
    power = power_of(sample.sizes, sample.spent_minor, holdout_percent=plan.holdout_percent)
    return {
        "campaign_id": campaign_id,
        "what_is_withheld": plan.what_is_withheld,
        "unit_kind": "group" if plan.by_group else "person",
        "holdout_percent": plan.holdout_percent,
        "method": method_for(len(sample.sizes)),
        "metric": plan.metric,
        "currency": market.currency,
        "planned_end_at": market.at + timedelta(days=plan.outcome_window_days),
        "outcome_window_days": plan.outcome_window_days,
        "minimum_sample": plan.minimum_sample,
        "expected_rel": plan.expected_rel,
        "mde_rel": power.mde_rel,
        "power": POWER,
        "alpha": ALPHA,
        "rule_version": RULE_VERSION,
        "fixed_at": market.at,
    }


async def _log_would_show(unit: Unit, campaign_id: str, sample: _Sample, now: datetime) -> None:
    """Both arms, before anybody's arm is looked up, so that it cannot depend on it."""
    about = {"campaign_id": campaign_id, "kind": "would_show", "surface": INVITATION}
    rows = [
        about | {"account_id": person.account_id, "rule_version": RULE_VERSION, "at": now}
        for person in sample.people
    ]
    await _insert(unit, exposures, rows)


async def _assign(
    unit: Unit, fixed: Mapping[str, Any], sample: _Sample, now: datetime, *, invite: bool
) -> Launched:
    campaign_id = fixed["campaign_id"]
    arms = placed(
        campaign_id, sample.spent_minor, salt=fixed["salt"], holdout_percent=fixed["holdout_percent"]
    )
    await _insert(unit, experiment_clusters, _cluster_rows(campaign_id, sample, arms))
    await _insert(unit, eligibles, _people_rows(campaign_id, sample))
    treated = [p.account_id for p in sample.people if arms[sample.cluster[p.account_id]].arm == TREATED]
    invited = treated if invite else []
    await _owe_invitations(unit, campaign_id, invited, now)
    held_out = sum(place.arm == HOLDOUT for place in arms.values())
    return Launched(len(sample.people), len(arms) - held_out, held_out, len(invited), fixed["mde_rel"])


def _cluster_rows(campaign_id: str, sample: _Sample, arms: Mapping[str, Place]) -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": campaign_id,
            "cluster": cluster,
            "arm": place.arm,
            "stratum": place.stratum,
            "n_eligible": sample.sizes[cluster],
            "x_pre_minor": sample.spent_minor[cluster],
        }
        for cluster, place in sorted(arms.items())
    ]


def _people_rows(campaign_id: str, sample: _Sample) -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": campaign_id,
            "account_id": person.account_id,
            "cluster": sample.cluster[person.account_id],
            "was_customer": person.was_customer,
        }
        for person in sample.people
    ]


async def _insert(unit: Unit, into: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    for start in range(0, len(rows), _BATCH):
        await unit.run(into.insert(), rows[start : start + _BATCH])


async def _owe_invitations(unit: Unit, campaign_id: str, invited: Sequence[str], now: datetime) -> None:
    """One per person and campaign, whoever owes it again (R80); not before the first deal opens."""
    opens_at = select(func.min(deals.c.opens_at)).join(campaign_deals, campaign_deals.c.deal_id == deals.c.id)
    mine = (campaign_deals.c.campaign_id == campaign_id, deals.c.state.not_in(OVER))
    run_at = max(now, await unit.value(opens_at.where(*mine)))
    subject = f"campaign:{campaign_id}"
    mails = [
        Effect(subject, "mail", f"{INVITATION}:{each}", run_at, None, {"letter": INVITATION, "to": each})
        for each in invited
    ]
    for start in range(0, len(mails), _BATCH):
        await owe(unit, mails[start : start + _BATCH])


async def _give_links(unit: Unit, campaign_id: str, now: datetime) -> None:
    """The merchant's own link to each deal, so that whoever comes by the invitation is known to have."""
    of = select(campaign_deals.c.deal_id).where(campaign_deals.c.campaign_id == campaign_id)
    for row in await unit.all(of.order_by(campaign_deals.c.deal_id)):
        await merchant_link(unit, row.deal_id, now)

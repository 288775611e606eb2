"""The fortnight, moment by moment. The same seed tells the same story; only ids, codes and the draw of arms differ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from campaigns.checkins.write_offer import TypedOffer
from campaigns.deals.campaign_rules import Idea
from storefront.cli.demo_play import Moment, moments_of
from storefront.cli.demo_stage import Stage
from storefront.cli.demo_story import DUMPLINGS
from storefront.cli.fortnight import counter, lure, small, talk
from storefront.cli.fortnight.counter import INSIDE, OUTSIDE, VAGUE, WRONG_CODE, Coming, Spot
from storefront.cli.fortnight.remarks import REMARKS, Reacting
from storefront.cli.fortnight.word_of_mouth import WordOfMouth

LANTERN = Spot(lure.DEAL, lure.STAFF, 45.5122, -122.6587)
_ZONE = ZoneInfo("America/Los_Angeles")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# How many of each arm buy, and how: a planted effect, so that the report has something to find.
_TREATED_BUY, _HELD_OUT_BUY, _ONLY_LOOK = 38, 4, 60
_WAYS = (
    "letter",
    "letter",
    "letter",
    "letter",
    "friend",
    "friend",
    "friend",
    "advocate",
    "alone",
    "alone",
    "alone",
)
_LOYAL = TypedOffer(
    "loyalty",
    "Every second visit",
    "A pot of jasmine tea for the table.",
    "Second visit: bring a pot of jasmine tea.",
    every="2",
)
_SWARM = TypedOffer(
    "swarm",
    "Four at the counter",
    "A plate of cucumber salad for everybody who is there.",
    "Four people within three hours: cucumber salad for each of them.",
    swarm_size="4",
    capacity="40",
)

Act = Callable[[Stage], Awaitable[None]]


def fortnight(now: datetime, seed: int) -> list[Moment]:
    """Everything that has happened by now beside the deals of the last days, oldest first where two are at once."""
    began = now - DUMPLINGS.ago
    run = lure.Lure.of(seed)
    return [
        *moments_of(DUMPLINGS, 0, now),
        *_before(began, run),
        *_crowd(began, run, seed),
        *_visits(now),
        *_talk(began, now),
        *small.moments(now),
        Moment(now - _DAY, run.count_till),
        Moment(now - timedelta(hours=20), _draft),
    ]


def _before(began: datetime, run: lure.Lure) -> Iterator[Moment]:
    """What the shop did before the deal opened, two hours before `began`."""
    acts: tuple[Act, ...] = (
        lambda stage: counter.place(stage, LANTERN, lure.OWNER),
        lambda stage: counter.offer(stage, LANTERN, lure.OWNER, _LOYAL),
        lambda stage: counter.offer(stage, LANTERN, lure.OWNER, _SWARM),
        lambda stage: talk.open_wall(stage, lure.MERCHANT, lure.OWNER, ("en", "zh-Hans")),
        run.bring_contacts,
        run.launch,
    )
    for place, act in enumerate(acts):
        yield Moment(began - timedelta(hours=3, minutes=30 - place), act)


def _crowd(began: datetime, run: lure.Lure, seed: int) -> Iterator[Moment]:
    """Who buys and who only looks, over the five days after the opening."""
    random = Random(f"crowd:{seed}")  # noqa: S311 - a story, not a secret
    mouth = WordOfMouth(run)
    yield Moment(began - _HOUR, mouth.invite)
    buys = ["treated"] * _TREATED_BUY + ["holdout"] * _HELD_OUT_BUY
    random.shuffle(buys)
    met_a_friend = False
    for arm in buys:
        at = began + _DAY * random.triangular(0, 5.3, 1.2)
        way = random.choice(_WAYS) if arm == "treated" else "alone"
        if arm == "holdout" and not met_a_friend:
            # One of the holdout hears of it from somebody who was written to: the report must say so.
            at, way, met_a_friend = began + _DAY * 4, "friend", True
        yield Moment(at, _buying(mouth, arm, way))
    for _ in range(_ONLY_LOOK):
        yield Moment(began + _DAY * random.triangular(0.1, 5.3, 1.2), mouth.look)
    # The last call goes out a day before the close.
    yield Moment(began + 4.6 * _DAY, Stage.settle_down)


def _buying(mouth: WordOfMouth, arm: str, way: str) -> Act:
    return lambda stage: mouth.buy(stage, arm, way)


def _visits(now: datetime) -> Iterator[Moment]:
    """Evenings at the counter: those who come alone, those who are shown the code, and what goes wrong."""
    today = now.astimezone(_ZONE).date()

    def at(days_ago: int, minutes: int) -> datetime:
        evening = datetime.combine(today - timedelta(days=days_ago), time(18), _ZONE)
        return evening.astimezone(now.tzinfo) + timedelta(minutes=minutes)

    for guest in range(4):
        yield Moment(at(8, 10 + 8 * guest), _coming(guest, INSIDE))
    for guest, days_ago in ((0, 5), (1, 4), (4, 7), (5, 6), (6, 6), (7, 5), (8, 4), (9, 3), (10, 3), (11, 1)):
        yield Moment(at(days_ago, 40 + guest), _coming(guest, INSIDE))
    yield Moment(at(5, 70), _coming(12, WRONG_CODE))
    yield Moment(at(5, 72), _coming(12, INSIDE))
    yield Moment(at(4, 95), _coming(13, OUTSIDE))
    for guest, days_ago in ((14, 3), (15, 2)):
        yield Moment(at(days_ago, 110), _coming(guest, VAGUE))
    # Staff look at one of the unclear ones; the other goes home again.
    yield Moment(at(3, 114), lambda stage: counter.show(stage, LANTERN, 14))
    yield Moment(at(2, 130), Stage.settle_down)
    for guest, days_ago in ((16, 4), (17, 2), (18, 1)):
        yield Moment(at(days_ago, 125), _shown(guest))
    yield Moment(at(1, 140), Stage.settle_down)


def _coming(guest: int, coming: Coming) -> Act:
    async def act(stage: Stage) -> None:
        await counter.come(stage, LANTERN, guest, coming)
        await stage.settle_down()

    return act


def _shown(guest: int) -> Act:
    return lambda stage: counter.show(stage, LANTERN, guest)


def _talk(began: datetime, now: datetime) -> Iterator[Moment]:
    for remark in REMARKS:
        at = min(began + remark.after, now - timedelta(minutes=10))
        yield Moment(at, _saying(remark))
        if remark.team:
            yield Moment(at + timedelta(minutes=2), _handing_on(remark))
        if remark.sounds:
            yield Moment(at + timedelta(minutes=3), _correcting(remark))
        if remark.answer:
            yield Moment(at + timedelta(minutes=4), _answering(remark))


def _saying(remark: Reacting) -> Act:
    return lambda stage: talk.say(stage, lure.MERCHANT, remark.title, remark.author, remark.text)


def _handing_on(remark: Reacting) -> Act:
    return lambda stage: talk.hand_on(
        stage, lure.MERCHANT, lure.MARKETER, remark.author, (remark.team, remark.why)
    )


def _correcting(remark: Reacting) -> Act:
    return lambda stage: talk.correct(stage, lure.MERCHANT, lure.MARKETER, remark.author, remark.sounds)


def _answering(remark: Reacting) -> Act:
    return lambda stage: talk.reply(stage, lure.MERCHANT, lure.MARKETER, remark.author, remark.answer)


async def _draft(stage: Stage) -> None:
    """A campaign that nobody has launched yet."""
    idea = Idea(
        "Noodle nights", "Bring the dumpling guests back for dinner.", "noodlenights", ("mail", "links")
    )
    await lure.written(stage, idea, lure.MERCHANT, lure.MARKETER, "noodle-dinner")

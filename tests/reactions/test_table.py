"""Table, conditions and letters know the same letters, and every reason of an order has its own."""

from campaigns.foundation.facts import Fact
from campaigns.orders.rules import REASONS
from campaigns.reactions.letters import LETTERS
from campaigns.reactions.rules import TRUE_WHILE, Situation, is_true
from campaigns.reactions.table import FOLLOWS, Announce, Follow, follow_ups
from campaigns.sharing.posts.rules import ANNOUNCED
from tests.reactions.scenes import SCENES, Scene, act
from tests.reactions.stage import Stage, text


def test_every_letter_of_the_table_is_written_has_a_condition_and_a_scene() -> None:
    owed = {follow.letter for follows in FOLLOWS.values() for follow in follows if isinstance(follow, Follow)}
    assert owed == set(LETTERS) == set(TRUE_WHILE) == set(SCENES)


def test_every_kind_of_announcement_follows_a_fact_but_the_one_that_follows_the_clock() -> None:
    """R80."""
    follows = [follow for row in FOLLOWS.values() for follow in row if isinstance(follow, Announce)]
    assert {follow.kind for follow in follows} == set(ANNOUNCED) - {"closing_soon"}


def _deal_of(state: str, reason: str) -> str:
    if reason in ("deal_failed", "deal_canceled"):
        return reason.removeprefix("deal_")
    return "tipped" if state in ("payment_problem", "dropped") else "open"


async def test_every_reason_of_an_order_has_its_sentence(stage: Stage) -> None:
    """R46: whoever's order ends or needs them learns why; no two reasons of a state are told alike."""
    for state, reasons in REASONS.items():
        said = set()
        for reason in reasons:
            fact = Fact(
                f"order_{state}", "order:1", stage.clock.at, "order", "", state, data={"reason": reason}
            )
            follow = follow_ups(fact)[0]
            assert isinstance(follow, Follow)
            letter = follow.letter
            scene = Scene(state, reason, _deal_of(state, reason))
            sent = await act(stage, letter, scene)
            assert len(sent.paragraphs) >= 2, (state, reason)
            said.add(sent.paragraphs[0])
        assert len(said) == len(reasons), state


async def test_every_letter_can_be_sent_and_reads_like_one(stage: Stage) -> None:
    for letter, scenes in SCENES.items():
        for scene in scenes:
            sent = await act(stage, letter, scene)
            assert sent.subject, letter
            assert all(paragraph == paragraph.strip() != "" for paragraph in sent.paragraphs), text(sent)
            assert len(sent.subject) < 100, sent.subject


def test_it_is_on_is_never_said_of_a_deal_that_failed_or_was_canceled() -> None:
    """R81: whatever the order says."""
    for deal in ("failed", "canceled"):
        for order in ("authorized", "capturing", "captured", "refunding", "payment_problem", "releasing"):
            now = Situation(deal, order)
            for letter in ("held", "on", "charged", "payment_problem", "payment_reminder", "deal_tipped"):
                assert not is_true(letter, now), (letter, now)

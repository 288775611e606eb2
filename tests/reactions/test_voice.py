"""Letters are plain text in plain words (U1, U9, U80)."""

import re

from tests.reactions.scenes import SCENES, act
from tests.reactions.stage import Stage, text

INTERNAL = re.compile(
    r"\b(authori[sz]\w*|captur\w*|pending|lapse\w*|releasing|refunding|commit\w*|tipped|dropped|effect|outbox|"
    r"units?|threshold|campaign|coupon|ticket|group|None|null)\b",
    re.IGNORECASE,
)
ADDRESSES = re.compile(r"https://\S+|\b(?:pi|ord|vou)_\w+")


async def test_no_letter_uses_words_of_the_inside(stage: Stage) -> None:
    for letter, scenes in SCENES.items():
        for scene in scenes:
            said = ADDRESSES.sub("", text(await act(stage, letter, scene)))
            assert INTERNAL.search(said) is None, (letter, said)
            assert "_" not in said, (letter, said)


async def test_letters_are_plain_text_without_exclamation_marks(stage: Stage) -> None:
    for letter, scenes in SCENES.items():
        for scene in scenes:
            said = text(await act(stage, letter, scene))
            assert not re.search(r"[<>{}!]|&\w+;", said), (letter, said)


async def test_every_letter_to_a_buyer_says_where_the_money_is(stage: Stage) -> None:
    """U7: charged, not charged, held or on its way back; and it names the deal."""
    money = re.compile(r"charged|held|hold|refunded|\$\d")
    for letter, scenes in SCENES.items():
        for scene in scenes:
            if scene.order and letter != "money_astray":
                sent = await act(stage, letter, scene)
                assert money.search("\n".join(sent.paragraphs)), (letter, sent.paragraphs)
                assert sent.paragraphs[-1].startswith("Your order: Noodle dinner"), letter
                assert sent.action is not None, letter

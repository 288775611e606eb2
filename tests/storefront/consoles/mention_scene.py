"""What people say about a merchant, hostile texts among it, collected from a feed the way everything is."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.listening.answer import answer
from campaigns.listening.dismiss import dismiss
from campaigns.listening.reach import Hands
from campaigns.people.rules import Actor
from tests.listening.scene import Scene, a_scene
from tests.world import World

HOSTILE = (
    "</blockquote></script><script>alert(1)</script> \"quotes\" & 'more'",
    "\u202eright to left \u2067עברית\u2069 " + "🍜" * 200,
    "太差了，要投诉！核销不了，客服也不回。",
    "loooooong" * 60,
)


@dataclass(frozen=True)
class Said:
    """Ids of mentions: one that waits, one put aside, one that was taken down."""

    scene: Scene
    waiting: str
    dismissed: str
    removed: str


async def a_mention(world: World) -> str:
    """One that waits, of the merchant the world is about."""
    scene = await a_scene(world)
    return str((await scene.hear("When do you open?")).id)


async def some_mentions(world: World, owner: Actor) -> Said:
    """`world.merchant_id` is whose account hears them; `owner` has handled some."""
    scene = await a_scene(world)
    hands = Hands(owner, world.store, world.clock, world.keys)
    for number, text in enumerate(HOSTILE):
        author = f"<b>{'w' * 60}.test" if number % 2 else "mei.bsky.example"
        scene.say(
            text, author_id=f"did:plc:h{number}", author=author, url="https://bsky.app/profile/x/post/y"
        )
    put_aside = scene.say("First!", author="first.test")
    asked = scene.say("Is there anything vegan on the menu?", author="ada.test")
    waiting = scene.say("还有吗？想带朋友一起来 🎉", author="小美.test", author_id="did:plc:mei")
    scene.say("", kind="repost", author="jo.test", author_id="did:plc:jo")
    gone = scene.say("I should not have said this", author="sam.test")
    scene.say("", native_id=gone.native_id, kind="removed")
    await scene.collect()
    ids = {row.native_uri: row.id for row in await scene.rows()}
    await dismiss(ids[put_aside.native_id], hands)
    await answer(ids[asked.native_id], "Three dishes are. Ask for the green list.", hands)
    return Said(scene, ids[waiting.native_id], ids[put_aside.native_id], ids[gone.native_id])

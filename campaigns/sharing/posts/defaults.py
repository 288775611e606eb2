"""Texts a merchant can begin with. They are drafts: nothing goes out before a person approved it."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_TEXTS: Mapping[tuple[str, str], str] = {
    ("joined", "en"): "{buyer} joined: {title}, {price} in {city}. {joined} in at {at}.\n{who_pays}\n{link}",
    ("tipped", "en"): "It's on: {title}, {price} in {city}. {joined} in at {at}.\n{who_pays}\n{link}",
    ("three_to_go", "en"): "{missing} to go at {at}: {title}, {price} in {city}. Closes {closes}.\n"
    "{who_pays}\n{link}",
    ("closing_soon", "en"): "Last call: {title}, {price} in {city}. Closes {closes}.\n{who_pays}\n{link}",
    ("custom", "en"): "{title}, {price} in {city}. Closes {closes}.\n{who_pays}\n{link}",
    (
        "joined",
        "zh-Hans",
    ): "{buyer}参团了：{title}，{price}，{city}。{at} 已有 {joined} 人。\n{who_pays}\n{link}",
    (
        "tipped",
        "zh-Hans",
    ): "成团啦 🎉 {title}，{price}，{city}。{at} 已有 {joined} 人参团。\n{who_pays}\n{link}",
    ("three_to_go", "zh-Hans"): "{at} 还差 {missing} 人成团：{title}，{price}，{city}。{closes} 截止。\n"
    "{who_pays}\n{link}",
    ("closing_soon", "zh-Hans"): "最后机会：{title}，{price}，{city}。{closes} 截止。\n{who_pays}\n{link}",
    ("custom", "zh-Hans"): "{title}，{price}，{city}。{closes} 截止。\n{who_pays}\n{link}",
}

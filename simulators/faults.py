"""What goes wrong between a PBX and us, as functions from a list of posts to another; all from one seed.

posts = restarted(lost_ends(posts, chance, share=0.05), at_s=60, down_s=5)
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulators.traffic import Story


@dataclass(frozen=True)
class Post:
    """One event on its way: when it leaves, when the PBX says it happened, and its id on the wire."""

    sent_s: float
    happened_s: float
    id: str
    call: str
    event: str
    fields: dict[str, str]


def posts_of(stories: Sequence[Story]) -> list[Post]:
    """Every step of every story, each sent as it happens."""
    posts = [
        Post(at_s, at_s, f"{story.call}.{place}", story.call, step.event, step.fields)
        for story in stories
        for place, step in enumerate(story.steps)
        for at_s in [story.starts_s + step.after_s]
    ]
    return _in_order(posts)


def duplicated(posts: Sequence[Post], chance: random.Random, *, share: float, within_s: float = 5.0) -> list[Post]:
    """Some are sent again, up to three times: the same id, as a retrying sender does."""
    again = [
        replace(post, sent_s=post.sent_s + chance.uniform(0, within_s))
        for post in posts
        if chance.random() < share
        for _ in range(chance.randint(1, 3))
    ]
    return _in_order([*posts, *again])


def reordered(posts: Sequence[Post], chance: random.Random, *, share: float, late_s: float = 3.0) -> list[Post]:
    """Some arrive late, and so after what followed them."""
    return _in_order(
        [
            replace(post, sent_s=post.sent_s + chance.uniform(0, late_s)) if chance.random() < share else post
            for post in posts
        ]
    )


def lost_ends(posts: Sequence[Post], chance: random.Random, *, share: float) -> list[Post]:
    """The end of some calls never comes (users of one vendor count 40 % of them)."""
    lost = {call for call in sorted({post.call for post in posts}) if chance.random() < share}
    return [post for post in posts if not (post.call in lost and post.event == "cleared")]


def lost(posts: Sequence[Post], chance: random.Random, *, share: float) -> list[Post]:
    return [post for post in posts if chance.random() >= share]


def skewed(posts: Sequence[Post], *, by_s: float) -> list[Post]:
    """The PBX's clock is wrong by so much: what it says moves, when it sends does not."""
    return [replace(post, happened_s=post.happened_s + by_s) for post in posts]


def restarted(posts: Sequence[Post], *, at_s: float, down_s: float) -> list[Post]:
    """The PBX goes down with its calls: nothing more is told of them, and who would call meanwhile cannot."""
    first_s: dict[str, float] = {}
    for post in posts:
        first_s[post.call] = min(post.happened_s, first_s.get(post.call, post.happened_s))
    return [post for post in posts if post.happened_s < at_s or first_s[post.call] >= at_s + down_s]


def _in_order(posts: list[Post]) -> list[Post]:
    return sorted(posts, key=lambda post: (post.sent_s, post.happened_s, post.id))

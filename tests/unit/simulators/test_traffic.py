"""The simulated hotline is the same for a seed, believable as a whole, and its faults do what they say."""

import random
from collections import Counter
from itertools import islice

import pytest

from simulators.faults import Post, duplicated, lost, lost_ends, posts_of, reordered, restarted, skewed
from simulators.traffic import BY_HOUR, OPENING, SHARES, Story, day, steady, storm

DAY = list(day(1, calls=2000))


def inbound(stories: list[Story]) -> list[Story]:
    return [story for story in stories if story.kind != "called_back"]


def test_the_same_seed_gives_the_same_day_and_another_another() -> None:
    assert list(day(1, calls=50)) == list(day(1, calls=50))
    assert list(day(1, calls=50)) != list(day(2, calls=50))


def test_a_day_has_about_so_many_calls_and_follows_its_hours() -> None:
    calls = inbound(DAY)
    assert 1800 < len(calls) < 2200
    by_hour = Counter(int(story.starts_s // 3600) for story in calls)
    assert by_hour[18] > 5 * by_hour[3]
    assert sum(BY_HOUR[8:20]) / sum(BY_HOUR) - 0.05 < sum(by_hour[hour] for hour in range(8, 20)) / len(calls)


def test_most_calls_are_answered_and_some_of_every_kind_are_there() -> None:
    kinds = Counter(story.kind for story in DAY)
    assert kinds["answered"] > len(DAY) / 2.5
    assert set(kinds) == {*SHARES, "called_back"}
    told = Counter(step.event for story in DAY for step in story.steps)
    assert min(told[event] for event in ("held", "transferred", "queued", "failed")) > 20
    assert told["held"] == told["retrieved"]


@pytest.mark.parametrize("story", DAY[:200], ids=lambda story: str(story.call))
def test_a_story_is_in_order_and_ends_with_the_whole_call(story: Story) -> None:
    times = [step.after_s for step in story.steps]
    assert times == sorted(times)
    assert story.steps[-1].event == "cleared"
    assert "leg" not in story.steps[-1].fields


def test_steady_calls_come_every_ten_to_twenty_seconds_on_the_average() -> None:
    starts = [story.starts_s for story in inbound(list(islice(steady(7), 500)))]
    assert starts[0] <= 2.0
    assert 10 < (starts[-1] - starts[0]) / len(starts) < 20


def test_the_first_minute_shows_a_visitor_one_of_each() -> None:
    first = inbound(list(islice(steady(1), 6)))[:4]
    assert tuple(story.kind for story in first) == OPENING
    assert first[-1].starts_s < 90


def test_a_storm_comes_at_once() -> None:
    calls = storm(3, calls=500, within_s=10.0)
    assert len(calls) == 500
    assert calls[-1].starts_s <= 10.0


POSTS = posts_of(DAY[:100])


def test_duplicates_keep_their_id_and_nothing_is_lost() -> None:
    twice = duplicated(POSTS, random.Random(1), share=0.2)
    assert len(twice) > len(POSTS)
    assert {post.id for post in twice} == {post.id for post in POSTS}


def test_late_events_keep_the_moment_they_happened() -> None:
    late = reordered(POSTS, random.Random(1), share=0.5)
    assert [post.id for post in late] != [post.id for post in POSTS]
    assert {(post.id, post.happened_s) for post in late} == {(post.id, post.happened_s) for post in POSTS}


def test_missing_ends_lose_nothing_else() -> None:
    kept = lost_ends(POSTS, random.Random(1), share=0.4)
    gone = [post for post in POSTS if post not in kept]
    assert gone
    assert {post.event for post in gone} == {"cleared"}


def test_skew_moves_what_is_said_and_not_what_is_sent() -> None:
    assert [post.sent_s for post in skewed(POSTS, by_s=90)] == [post.sent_s for post in POSTS]
    assert skewed(POSTS, by_s=90)[0].happened_s == POSTS[0].happened_s + 90


def test_a_restart_takes_its_calls_with_it() -> None:
    posts = [
        Post(at, at, f"{call}{at}", call, "x", {}) for call, at in (("a", 1.0), ("a", 9.0), ("b", 6.0), ("c", 8.0))
    ]
    assert [post.id for post in restarted(posts, at_s=5.0, down_s=2.0)] == ["a1.0", "c8.0"]


def test_losses_are_a_share() -> None:
    assert 0 < len(lost(POSTS, random.Random(1), share=0.5)) < len(POSTS)

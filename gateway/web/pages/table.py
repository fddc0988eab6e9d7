"""The pages that people open, in the order of the navigation: where each is, what shows it, who may."""

from typing import NamedTuple

from gateway.access.rights import Right


class PageRow(NamedTuple):
    """`right`: what somebody must be allowed for it. `title`: the key of its name in texts/shell.toml."""

    name: str
    path: str
    template: str
    right: Right
    new_window: bool = False

    @property
    def title(self) -> str:
        return f"shell.page_{self.name}"


PAGES = (
    PageRow("now", "/", "board.html", Right.SEE),
    PageRow("incidents", "/incidents", "records.html", Right.SEE),
    PageRow("hand_over", "/hand-over", "hand_over.html", Right.SEE),
    PageRow("emergency", "/emergency", "emergency.html", Right.SEE),
    PageRow("reports", "/reports", "reports.html", Right.REPORTS),
    PageRow("people", "/people", "people.html", Right.SEE),
    PageRow("rules", "/rules", "rules.html", Right.SEE),
    PageRow("health", "/health", "health.html", Right.SEE),
    PageRow("audit", "/audit", "audit.html", Right.AUDIT),
    PageRow("wall", "/wall", "wall.html", Right.SEE, new_window=True),
)


def page_of(path: str) -> PageRow | None:
    """The page that a path belongs to; what lies below one is a part of it."""
    below = (page for page in PAGES if page.path != "/" and path.startswith(f"{page.path}/"))
    return next((page for page in PAGES if page.path == path), None) or next(below, None)

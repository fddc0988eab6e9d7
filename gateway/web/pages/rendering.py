"""A page as HTML: its template with the shell around it, in the language and colours of who asks."""

import re
from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web

from gateway.access.who import Who
from gateway.web.access.guard import WHO
from gateway.web.pages import verdict_words
from gateway.web.pages.local_time import LocalTime
from gateway.web.pages.table import PAGES, page_of
from gateway.web.pages.texts import LANGUAGES, TEXTS, Language, Words, words
from gateway.web.services import SERVICES, Services
from rules.duty import known_as, person
from rules.people import Person

_THEMES: Final = frozenset({"day", "night", "contrast"})
_LANGUAGE_TAGS: Final = {"zh": "zh-CN", "en": "en"}
_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def language_of(request: web.Request) -> Language:
    """What the page was switched to; else Chinese, unless the browser asks for English and not for Chinese."""
    chosen = next((language for language in LANGUAGES if language == request.cookies.get("language")), None)
    if chosen is not None:
        return chosen
    asked = [part.strip().lower() for part in request.headers.get("Accept-Language", "").split(",")]
    speaks_zh = any(part.startswith("zh") for part in asked)
    return "en" if not speaks_zh and any(part.startswith("en") for part in asked) else "zh"


def words_of(request: web.Request) -> Words:
    return words(language_of(request))


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page within the shell. Its template is known to page_table by the path."""
    services, who = request.app[SERVICES], request[WHO]
    theme = request.cookies.get("theme", "")
    language = language_of(request)
    shell = {
        "site": services.site,
        "version": services.version,
        "by": who.by,
        "spoken": _spoken(services, who),
        "w": words(language),
        "both": _both,
        "language_tag": _LANGUAGE_TAGS[language],
        "theme": theme if theme in _THEMES else "",
        "pages": [page for page in PAGES if who.may(page.right)],
        "here": page_of(request.path),
        "local": LocalTime(services.pipeline.state.rules.timezone),
        "words": verdict_words,
    }
    return bare(template, status, **shell, **values)


def bare(template: str, status: int = 200, **values: Any) -> web.Response:
    """A page without the shell: nobody is signed in yet."""
    text = _TEMPLATES.get_template(template).render(values)
    return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


def _spoken(services: Services, who: Who) -> tuple[str, str]:
    """The name and the employee number that the desk says: of the account's person, or of whom a visitor's name means.

    A visitor whom the roster does not know is taken by their own word: 王 008. An account's name is never a number.
    """
    rules, account = services.pipeline.state.rules, services.signing_in.register.accounts.get(who.account)
    if account is not None:
        one = person(rules, account.person) if account.person else Person(id="")
        return one.name, one.number
    known = known_as(rules, who.by)
    if known is not None:
        return known.name, known.number
    number = re.search(r"\d+", who.by)
    return re.sub(r"\d+", "", who.by).strip(), number[0] if number else ""


def _both(key: str) -> dict[str, str]:
    """A text in both languages, as attributes: the shell changes its language without being asked for anew."""
    zh, en = TEXTS[key]
    return {"data-zh": zh, "data-en": en}

"""Every text of the server-rendered pages, Chinese and English side by side: texts/*.toml, one file a page."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def _read() -> dict[str, tuple[str, str]]:
    found = {}
    for path in sorted((Path(__file__).parent.parent / "texts").glob("*.toml")):
        for key, (zh, en) in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[f"{path.stem}.{key}"] = (zh, en)
    return found


TEXTS: Final[Mapping[str, tuple[str, str]]] = _read()


class Words:
    """The texts of one language; called with a key, as `shell.page_now`, and the values of its places."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        text = TEXTS[key][self._place]
        return text.format(**values) if values else text

    def of(self, key: str, otherwise: str) -> str:
        """For words that come from outside, such as a rule's name: what has no text speaks for itself."""
        found = TEXTS.get(key)
        return otherwise if found is None else found[self._place]


_WORDS: Final = {language: Words(language) for language in LANGUAGES}


def words(language: Language) -> Words:
    return _WORDS[language]

"""Remember what texts mean, for columns that hold the same ones again and again."""

from collections.abc import Callable, Iterable
from typing import Any

_MOST = 4096


class RememberedTexts(dict[str, Any]):
    """What texts mean, looked at once each, as `str` gives it; None for one that is not plain."""

    def __init__(self, look: Callable[[str], Any]) -> None:
        super().__init__()
        self._look = look

    def of(self, texts: Iterable[str]) -> list[Any]:
        """Return what each of the texts means."""
        return list(map(self.__getitem__, texts))

    def __missing__(self, text: str) -> Any:
        if len(self) >= _MOST:
            self.clear()
        meaning = self._look(text)
        self[text] = meaning = None if meaning is None else str(meaning)
        return meaning

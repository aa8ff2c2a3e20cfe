"""Read YAML and keep the line of every value, so that a mistake can be shown where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.visible import on_one_line

Path_ = tuple[str | int, ...]


@dataclass
class YamlLines:
    """The file and line of each value, by its path from the top."""

    places: dict[Path_, str]

    def of(self, path: Path_) -> str:
        """Return `file:line` of a value, or of the nearest value above it that is written down."""
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, "")


def read_yaml(path: Path) -> tuple[dict[str, Any], YamlLines, list[str]]:
    """Return what a file holds, the line of each value, and what is wrong with it as YAML."""
    problems: list[str] = []
    lines = YamlLines({})
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return {}, lines, []
        content = _value(root, (), path.name, lines, problems)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return {}, lines, [f"{path.name}:{line}: {error.problem}"]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        unseen = f"the character U+{error.character:04X} may not stand in YAML; remove it"
        return {}, lines, [f"{path.name}:{line}: {unseen}"]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return {}, lines, [f"{path.name}:{line}: this is not UTF-8; save the file as UTF-8"]
    except RecursionError:
        return {}, lines, [f"{path.name}:1: it is nested too deeply, or holds an alias of itself"]
    except OSError as error:
        return {}, lines, [f"{path.name}:1: it cannot be read ({error.strerror})"]
    if not isinstance(content, dict):
        return {}, lines, [f"{path.name}:1: expected names with values, like `jobs:`"]
    return content, lines, problems


def merged(base: Any, overlay: Any, lines: YamlLines, over: YamlLines, path: Path_ = ()) -> Any:
    """Lay one content over another: what holds names is merged, everything else replaced, a null takes it away."""
    if not isinstance(base, dict) or not isinstance(overlay, dict):
        for known in [known for known in lines.places if known[: len(path)] == path]:
            del lines.places[known]
        lines.places |= {known: place for known, place in over.places.items() if known[: len(path)] == path}
        return overlay
    result = dict(base)
    for name, value in overlay.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(base.get(name), value, lines, over, (*path, name))
    return result


def _value(node: yaml.Node, path: Path_, file: str, lines: YamlLines, problems: list[str]) -> Any:
    lines.places[path] = f"{file}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, number), file, lines, problems) for number, one in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        content: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in content:
                problems.append(f"{file}:{key.start_mark.line + 1}: {name} stands here a second time")
            content[name] = _value(value, (*path, name), file, lines, problems)
            lines.places[(*path, name)] = f"{file}:{key.start_mark.line + 1}"
        return content
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        OverflowError,
    ):  # a scalar that is not what it says
        problems.append(f"{file}:{node.start_mark.line + 1}: {on_one_line(str(node.value))!r} was not understood")
        return None
    finally:
        loader.dispose()

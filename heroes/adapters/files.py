"""Files that the installation keeps outside its database: in a folder, or (the twin for tests) in memory."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit


class Store(Protocol):
    """Named files. A name is a relative path with forward slashes."""

    def names(self) -> Iterator[str]:
        """Every file's name, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        ...

    def write(self, name: str, source: IO[bytes]) -> None:
        """Keep a file, whole or not at all; an older one of this name is replaced."""
        ...

    def remove(self, name: str) -> None:
        """Forget a file; one that is not there is no error."""
        ...

    def check(self) -> None:
        """Raise `OSError` if files could not be kept now."""
        ...


def safe_name(name: str) -> bool:
    """Whether a name stays inside the store."""
    path = PurePosixPath(name)
    return (
        bool(name)
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and "\0" not in name
    )


def store_for(url: str) -> Store:
    """The store of an address such as file:///folder. Nothing is made yet."""
    return FolderStore(Path(unquote(urlsplit(url).path)))


class FolderStore:
    """Files in a folder, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder."""
        self._folder = folder

    def names(self) -> Iterator[str]:
        """Every file's name, sorted; half-written ones begin with a dot and are not there yet."""
        found = (path.relative_to(self._folder) for path in self._folder.rglob("*") if path.is_file())
        yield from sorted(path.as_posix() for path in found if not path.name.startswith("."))

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        return self._path(name).read_bytes()

    def write(self, name: str, source: IO[bytes]) -> None:
        """Write beside, then rename."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with draft.open("wb") as file:
                shutil.copyfileobj(source, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        """Delete the file."""
        self._path(name).unlink(missing_ok=True)

    def check(self) -> None:
        """Whether the folder is there, or could be made, and takes files."""
        place = self._folder
        while not place.exists():
            place = place.parent
        if not place.is_dir() or not os.access(place, os.W_OK):
            raise PermissionError(f"cannot write to {self._folder}")

    def _path(self, name: str) -> Path:
        if not safe_name(name):
            raise ValueError(f"{name!r} is not a name in the store")
        return self._folder / name


@dataclass
class MemoryStore:
    """The twin for tests."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def names(self) -> Iterator[str]:
        """Every file's name, sorted."""
        yield from sorted(self.kept)

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        return self.kept[name]

    def write(self, name: str, source: IO[bytes]) -> None:
        """Keep a file."""
        if not safe_name(name):
            raise ValueError(f"{name!r} is not a name in the store")
        self.kept[name] = source.read()

    def remove(self, name: str) -> None:
        """Forget a file."""
        self.kept.pop(name, None)

    def check(self) -> None:
        """Memory always takes more."""

"""Files in a folder, and their twin in memory."""

import io

import pytest

from heroes.adapters.files import FolderStore, MemoryStore, store_for


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    """Both kinds."""
    return FolderStore(tmp_path / "files") if request.param == "folder" else MemoryStore()


def test_what_is_written_is_read_until_it_is_removed(store):
    assert list(store.names()) == []
    store.write("b/one.txt", io.BytesIO(b"1"))
    store.write("a.txt", io.BytesIO(b"2"))
    store.write("a.txt", io.BytesIO(b"3"))
    assert list(store.names()) == ["a.txt", "b/one.txt"]
    assert store.read("a.txt") == b"3"
    store.remove("a.txt")
    store.remove("a.txt")
    assert list(store.names()) == ["b/one.txt"]
    store.check()


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a\\b", "a\0b"])
def test_a_name_stays_inside(store, name):
    with pytest.raises(ValueError, match="not a name"):
        store.write(name, io.BytesIO(b"x"))


class Broken(io.BytesIO):
    """Breaks off in the middle."""

    def read(self, size=-1):
        if self.tell():
            raise OSError("broken")
        return super().read(1)


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    store = FolderStore(tmp_path)
    store.write("a", io.BytesIO(b"old"))
    with pytest.raises(OSError, match="broken"):
        store.write("a", Broken(b"new"))
    assert store.read("a") == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_folder_in_the_place_of_a_file_is_found(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="cannot write"):
        FolderStore(tmp_path / "file" / "x").check()


def test_an_address_with_spaces_is_understood(tmp_path):
    store_for(f"file://{tmp_path}/a%20b").write("x", io.BytesIO(b"1"))
    assert (tmp_path / "a b" / "x").read_bytes() == b"1"

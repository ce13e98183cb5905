"""Files opened with care: nothing waits, nothing is read without end, and what is no file is named."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import watcher.files.read as files
from watcher.files.read import NotRead, open_given, read_given, read_regular

MOST = 1000
pytestmark = pytest.mark.timeout(30)

Make = Callable[[Path], object]


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def _link_to_a_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200_000_000)


NO_FILES: dict[str, tuple[Make, str]] = {
    "named pipe": (os.mkfifo, "a named pipe, not a file"),
    "link to a pipe": (_link_to_a_pipe, "a named pipe"),
    "socket": (_socket, "a socket, not a file"),
    "folder": (Path.mkdir, "a folder, not a file"),
    "link to a folder": (lambda path: path.symlink_to(path.parent), "a folder, not a file"),
    "endless device": (lambda path: path.symlink_to("/dev/zero"), "a device, not a file"),
    "terminal": (lambda path: path.symlink_to("/dev/tty"), "a device, not a file"),
    "sparse": (_sparse, "larger than 1,000 bytes"),
    "one byte too many": (lambda path: path.write_bytes(b"x" * (MOST + 1)), "larger than 1,000 bytes"),
    "missing": (lambda path: None, "No such file or directory"),
    "link to nothing": (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    "link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
}


@pytest.mark.parametrize("name", NO_FILES)
def test_what_is_no_file_is_named_at_once(name: str, tmp_path: Path) -> None:
    make, what = NO_FILES[name]
    make(tmp_path / "x")
    found = read_regular(tmp_path / "x", MOST)
    assert isinstance(found, NotRead) and found.what.startswith(what)
    assert found.is_missing == (what.startswith("No such file"))


def test_a_file_is_read_to_its_end_and_no_further_than_asked(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"y" * MOST)
    (tmp_path / "link").symlink_to("x")
    (tmp_path / "empty").write_bytes(b"")
    assert read_regular(tmp_path / "x", MOST) == read_regular(tmp_path / "link", MOST) == b"y" * MOST
    assert read_regular(str(tmp_path / "empty"), MOST) == b""
    assert read_regular("a\0b", MOST) == NotRead("no name that a file can have")


def test_a_file_that_is_larger_than_it_says_is_not_read_to_its_end() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    assert read_regular("/proc/self/maps", 10) == NotRead("larger than 10 bytes", "split it, or leave it out")


def test_what_was_put_in_a_files_place_meanwhile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"y")
    really = os.open

    def swapped(name: object, *args: object, **more: object) -> int:
        path.unlink()
        os.mkfifo(path)
        return really(name, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", swapped)
    found = read_regular(path, MOST)
    assert isinstance(found, NotRead) and "named pipe" in found.what


def test_relative_to_an_open_folder_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"y")
    (tmp_path / "link").symlink_to("x")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        assert read_regular("x", MOST, folder=folder, follow_links=False) == b"y"
        found = read_regular("link", MOST, folder=folder, follow_links=False)
        assert isinstance(found, NotRead) and found.what == "a symbolic link: not followed"
    finally:
        os.close(folder)


# --- what a person names on the command line ---


def test_a_pipe_that_is_open_already_is_read_to_its_end() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        os.write(writing, b"y" * 500)
        os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_given(f"/dev/fd/{reading}", MOST) == b"y" * 500
    writer.join()
    os.close(reading)


def test_of_a_pipe_no_more_is_read_than_asked() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"y" * (MOST + 1))
    found = read_given(f"/proc/self/fd/{reading}", MOST)
    assert isinstance(found, NotRead) and found.what == "larger than 1,000 bytes"
    os.close(writing)
    os.close(reading)


def test_a_named_pipe_is_read_where_somebody_writes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(b"y"))
    writer.start()
    assert read_given(path, MOST) == b"y"
    writer.join()


def test_a_named_pipe_into_which_nobody_writes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    os.mkfifo(tmp_path / "x")
    found = open_given(tmp_path / "x")
    assert isinstance(found, NotRead) and "nobody has written" in found.what


@pytest.mark.parametrize("name", [name for name in NO_FILES if "pipe" not in name])
def test_no_other_thing_is_read_for_a_person(name: str, tmp_path: Path) -> None:
    make, what = NO_FILES[name]
    make(tmp_path / "x")
    found = read_given(tmp_path / "x", MOST)
    assert isinstance(found, NotRead) and found.what.startswith(what)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_an_open_device_is_not_read(device: str) -> None:
    descriptor = os.open(device, os.O_RDONLY)
    found = open_given(f"/dev/fd/{descriptor}")
    assert isinstance(found, NotRead) and found.what == "a device, not a file"
    os.close(descriptor)


def test_a_file_that_would_make_its_reader_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel has files that look like others and give nothing until something happens, such as /proc/kmsg."""
    silent, writer = os.pipe()
    os.set_blocking(silent, False)
    (tmp_path / "x").write_text("")
    monkeypatch.setattr(os, "open", lambda *args, **settings: silent)
    seen = os.stat(tmp_path / "x")
    monkeypatch.setattr(os, "fstat", lambda descriptor: seen)
    assert read_regular(tmp_path / "x", 10) == NotRead(
        "it gives nothing without waiting", "put a file in its place, or leave it out"
    )
    os.close(writer)

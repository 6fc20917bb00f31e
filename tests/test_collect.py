"""Submissions are taken out of platforms' zip files, and nothing hostile gets in with them."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import small_course as small
from command import grading, nbgrader
from nbgrader.utils import get_username

from grading.collect import Collected, archive, collect
from grading.collect.names import PlatformCollector
from grading.course import Course, load_course
from grading.errors import CourseError

MOODLE = "Ada Lovelace_1234_assignsubmission_file/small.ipynb"
MOODLE_OLD = "Ada Lovelace_1234_assignsubmission_file_/small.ipynb"
MOODLE_FLAT = "Ada Lovelace_1234_assignsubmission_file_small.ipynb"
CANVAS = "lovelaceada_77_4711_small.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = small.make(tmp_path / "course")
    small.write(root / "release" / small.ASSIGNMENT / "small.ipynb", small.source_cells())
    return load_course(root)


def download(
    folder: Path, members: Mapping[str, bytes | str], name: str = "submissions.zip"
) -> Path:
    path = folder / name
    path.write_bytes(zipped(members))
    return path


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def take(course: Course, *archives: Path, force: bool = False, times: bool = False) -> Collected:
    return collect(course, small.ASSIGNMENT, archives, force=force, entry_times=times)


def tree(course: Course) -> dict[str, bytes]:
    """Everything below the submitted folder but its lock, whatever it is."""
    root = course.home / "submitted"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if not path.is_dir() and path.name != ".grading.lock"
    }


def only_problem(collected: Collected) -> str:
    (problem,) = collected.problems
    assert problem.fatal
    assert problem.remedy
    return f"{problem.student}: {problem.file}: {problem.what}"


# Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student", "notebook"),
    [
        (MOODLE, "Ada Lovelace", "small"),
        (MOODLE_OLD, "Ada Lovelace", "small"),
        (MOODLE_FLAT, "Ada Lovelace", "small"),
        ("Ada Lovelace_1234_assignsubmission_file/my/folder/small.ipynb", "Ada Lovelace", "small"),
        ("آدا لوفليس_99_assignsubmission_file/حل.ipynb", "آدا لوفليس", "حل"),
        (CANVAS, "77", "small"),
        ("lovelaceada_LATE_77_4711_small.ipynb", "77", "small"),
        ("lovelaceada_77_4711_small-3.ipynb", "77", "small"),
        ("lovelaceada_77_4711_my_own_2_3_name.ipynb", "77", "my_own_2_3_name"),
        ("anon_Xy3_4711_small.ipynb", "anon_Xy3", "small"),
        ("LATE_anon_Xy3_4711_small.ipynb", "anon_Xy3", "small"),
        # A student chooses names of files and folders; nobody becomes somebody else by them.
        (f"Eve_5_assignsubmission_file/{MOODLE}", "Eve", "small"),
        (f"eve_5_6_{CANVAS}", "5", CANVAS.removesuffix(".ipynb")),
    ],
)
def test_names_of_platforms(
    course: Course, tmp_path: Path, name: str, student: str, notebook: str
) -> None:
    collected = take(course, download(tmp_path, {name: "{}"}))
    assert collected.new == [student]
    assert tree(course) == {f"{student}/{small.ASSIGNMENT}/{notebook}.ipynb": b"{}"}
    late = [problem.what for problem in collected.problems]
    assert late == (["is late, Canvas says, but not how late"] if "LATE" in name else [])


def test_names_without_the_mark_of_utf8(course: Course, tmp_path: Path) -> None:
    """Canvas writes UTF-8 and doesn't say so."""
    name = "müller_77_4711_größe.ipynb"
    placeholder = "m00ller_77_4711_gr00000.ipynb"  # as many bytes
    assert len(name.encode()) == len(placeholder)
    data = zipped({placeholder: "{}"}).replace(placeholder.encode(), name.encode())
    path = tmp_path / "submissions.zip"
    path.write_bytes(data)
    take(course, path)
    assert list(tree(course)) == [f"77/{small.ASSIGNMENT}/größe.ipynb"]


def test_other_names_are_nbgraders_business(course: Course, tmp_path: Path) -> None:
    pattern = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"
    course.config.FileNameCollectorPlugin.named_regexp = pattern
    name = "ps1_bitdiddle_attempt_99-99_small.ipynb"
    collected = take(course, download(tmp_path, {name: "{}"}))
    assert "has the time '99-99' in its name" in only_problem(collected)
    name = name.replace("99-99", "20160130150000")
    collected = take(course, download(tmp_path, {name: "{}"}))
    assert collected.new == ["bitdiddle"]
    assert collected.timed == 1
    stamp = tree(course)[f"bitdiddle/{small.ASSIGNMENT}/timestamp.txt"]
    assert stamp == b"2016-01-30 15:00:00 UTC"


def test_a_name_that_says_nothing_is_named(course: Course, tmp_path: Path) -> None:
    collected = take(course, download(tmp_path, {"small.ipynb": "{}", CANVAS: "{}"}))
    assert "submissions.zip: small.ipynb is a name from which" in only_problem(collected)
    assert collected.new == ["77"]


def test_two_of_one_name_are_told_apart(course: Course, tmp_path: Path) -> None:
    other = MOODLE.replace("1234", "1235")
    collected = take(course, download(tmp_path, {MOODLE: "{}", other: "[]", CANVAS: "{}"}))
    assert "2 participants called so (1234, 1235)" in only_problem(collected)
    assert collected.new == ["77"]


def test_what_is_no_notebook_is_left_out(course: Course, tmp_path: Path) -> None:
    members = {
        CANVAS: "{}",
        "lovelaceada_77_4712_notes.pdf": "%PDF",
        "__MACOSX/lovelaceada_77_4711_._small.ipynb": "litter",
        "Bob_9_assignsubmission_onlinetext/onlinetext.html": "<p>hello</p>",
    }
    collected = take(course, download(tmp_path, members))
    assert collected.skipped == 2
    assert len(tree(course)) == 1


# What is there already ----------------------------------------------------------------------------


def test_never_overwrites_silently(course: Course, tmp_path: Path) -> None:
    first, second = (download(tmp_path, {CANVAS: text}, f"{text}.zip") for text in ("[1]", "[2]"))
    assert take(course, first).new == ["77"]
    assert take(course, first).unchanged == ["77"]
    kept = take(course, second)
    assert kept.kept == ["77"]
    assert "nothing says which is newer" in only_problem(kept)
    assert set(tree(course).values()) == {b"[1]"}
    graded = course.folder("autograded", small.ASSIGNMENT, "77")
    graded.mkdir(parents=True)
    assert take(course, second, force=True).replaced == ["77"]
    assert set(tree(course).values()) == {b"[2]"}
    assert not graded.exists()  # so that `grading run` grades it again


def at(name: str, text: str, day: int) -> Mapping[str, bytes]:
    """Make a student's zip file with a time in it."""
    info = zipfile.ZipInfo(name, (2026, 3, day, 12, 0, 0))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(info, text)
    return {"whole": file.getvalue()}


def test_times_of_entries_decide_if_asked_for(course: Course, tmp_path: Path) -> None:
    course.config.Exchange.timezone = "Asia/Tokyo"
    paths = {}
    for day in (3, 2, 4):
        paths[day] = tmp_path / f"{day}.zip"
        paths[day].write_bytes(at(CANVAS, f"[{day}]", day)["whole"])
    assert take(course, paths[3], times=True).timed == 1
    files = tree(course)
    assert files[f"77/{small.ASSIGNMENT}/timestamp.txt"] == b"2026-03-03 03:00:00 UTC"
    assert take(course, paths[2], times=True).kept == ["77"]
    assert take(course, paths[4], times=True).replaced == ["77"]
    assert tree(course)[f"77/{small.ASSIGNMENT}/small.ipynb"] == b"[4]"


def test_utc_of_an_entry_wins(course: Course, tmp_path: Path) -> None:
    info = zipfile.ZipInfo(CANVAS, (2026, 3, 1, 23, 0, 0))
    info.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1772366400)  # 2026-03-01 12:00 UTC
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(info, "{}")
    take(course, path, times=True)
    assert tree(course)[f"77/{small.ASSIGNMENT}/timestamp.txt"] == b"2026-03-01 12:00:00 UTC"


def test_of_two_the_newer_counts(course: Course, tmp_path: Path) -> None:
    paths = []
    for day in (5, 4):
        paths.append(tmp_path / f"{day}.zip")
        paths[-1].write_bytes(at(CANVAS, f"[{day}]", day)["whole"])
    take(course, *paths, times=True)
    assert tree(course)[f"77/{small.ASSIGNMENT}/small.ipynb"] == b"[5]"


# Hostile files ------------------------------------------------------------------------------------

GOOD = "bobsmith_88_4800_small.ipynb"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../../lovelaceada_77_4711_small.ipynb", "outside its folder"),
        ("lovelaceada_77_4711_x/../../../../small.ipynb", "outside its folder"),
        ("/etc/lovelaceada_77_4711_small.ipynb", "outside its folder"),
        ("C:\\lovelaceada_77_4711_small.ipynb", "outside its folder"),
        ("..\\..\\lovelaceada_77_4711_small.ipynb", "outside its folder"),
        ("lovelaceada_77_4711_a\nb.ipynb", r"a\nb.ipynb has control characters"),
        ("lovelaceada_77_4711_a\x1b[31mred.ipynb", r"\x1b[31mred.ipynb has control characters"),
        (f"lovelaceada_77_4711_{'x' * 300}.ipynb", "too long"),
        (".._1_assignsubmission_file/small.ipynb", "no file can have"),
        ("lovelaceada_77_4711_.ipynb", "no file can have"),
    ],
)
def test_hostile_names(course: Course, tmp_path: Path, name: str, said: str) -> None:
    before = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    path = download(tmp_path, {name: "{}", GOOD: "{}"})
    collected = take(course, path)
    assert said in only_problem(collected)
    assert "\n" not in only_problem(collected)
    assert list(tree(course)) == [f"88/{small.ASSIGNMENT}/small.ipynb"]
    after = {path for path in tmp_path.rglob("*") if "submitted" not in path.parts}
    assert after - before == {path}


def special(kind: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        info = zipfile.ZipInfo(CANVAS)
        info.create_system = 3
        info.external_attr = (kind | 0o777) << 16
        made.writestr(info, "/etc/passwd")
        made.writestr(GOOD, "{}")
    return file.getvalue()


def encrypted() -> bytes:
    """Set the bit that says so, in both places: Python's zipfile can't encrypt."""
    data = bytearray(zipped({CANVAS: "{}", GOOD: "{}"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = zipped({CANVAS: '["a long enough text to be damaged"]', GOOD: "{}"})
    at = data.index(CANVAS.encode()) + len(CANVAS) + 4
    return data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (special(stat.S_IFLNK), "is a link"),
        (special(stat.S_IFIFO), "is not a regular file"),
        (encrypted(), "is encrypted"),
        (damaged(), "is damaged"),
        (zipped({CANVAS: "[1]", CANVAS.replace("small", "SMALL"): "[2]", GOOD: "{}"}), "one file"),
        (zipped({CANVAS.replace("ipynb", "zip"): zipped({"a.zip": "", "small.ipynb": "{}"}),
                 GOOD: "{}"}), "a zip file in a zip file"),
        (zipped({CANVAS.replace("ipynb", "zip"): b"no zip", GOOD: "{}"}), "is no zip file"),
        (zipped({CANVAS.replace("ipynb", "zip"): zipped({"notes.txt": ""}), GOOD: "{}"}),
         "no notebook in it"),
        (zipped({CANVAS.replace("ipynb", "zip"): zipped({"small.ipynb": "{}", "../x.ipynb": "{}"}),
                 GOOD: "{}"}), "outside its folder"),
    ],
    ids=["link", "pipe", "encrypted", "damaged", "case", "nested", "no-zip", "empty", "slip"],
)  # fmt: skip
def test_hostile_submissions_stop_no_other(
    course: Course, tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "submissions.zip"
    path.write_bytes(data)
    collected = take(course, path)
    problem = only_problem(collected)
    assert said in problem
    assert problem.startswith("77: ")
    assert list(tree(course)) == [f"88/{small.ASSIGNMENT}/small.ipynb"]


@pytest.mark.parametrize("times", [False, True])
def test_a_back_dated_timestamp_is_left_out(course: Course, tmp_path: Path, times: bool) -> None:
    """The time is the platform's, or nobody's: never what the student wrote beside the notebook."""
    back = {"small.ipynb": "{}", "timestamp.txt": "2001-01-01 00:00:00 UTC"}
    members = {
        CANVAS.replace("ipynb", "zip"): zipped(back),
        MOODLE: "{}",
        MOODLE.replace("small.ipynb", "timestamp.txt"): "2001-01-01 00:00:00 UTC",
    }
    collected = take(course, download(tmp_path, members), times=times)
    assert not collected.problems
    stamps = [text for name, text in tree(course).items() if name.endswith("timestamp.txt")]
    assert len(stamps) == (2 if times else 0)
    assert not any(text.startswith(b"2001") for text in stamps)


def test_the_same_file_twice_is_one(course: Course, tmp_path: Path) -> None:
    collected = take(course, download(tmp_path, {CANVAS: "{}", CANVAS.replace("4711", "1"): "{}"}))
    assert not collected.problems
    assert len(tree(course)) == 1


def zeros(name: str, size: int, says: int | None = None) -> bytes:
    """Make a zip file of a file of zeros that says to hold `says` bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        with made.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
            made.infolist()
            block = bytes(2**20)
            for _ in range(size // 2**20):
                target.write(block)
        if says is not None:
            made.filelist[0].file_size = says
        made.writestr(GOOD, "{}")
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("says", [None, 1000])
def test_bombs(course: Course, tmp_path: Path, says: int | None) -> None:
    """300 MB of zeros in 300 kB; also one that denies it. Ten gigabytes would be no different."""
    path = tmp_path / "submissions.zip"
    path.write_bytes(zeros(CANVAS, 300 * 2**20, says))
    collected = take(course, path)
    assert ("more than 100 MB" if says is None else "is damaged") in only_problem(collected)
    assert list(tree(course)) == [f"88/{small.ASSIGNMENT}/small.ipynb"]


def test_ten_gigabytes_are_not_even_tried(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "submissions.zip"
    path.write_bytes(zeros(CANVAS, 2**20, says=10 * 10**9))
    assert "more than 100 MB" in only_problem(take(course, path))


def test_many_files_of_one_student_add_up(course: Course, tmp_path: Path) -> None:
    course.directory.max_dir_size = 2000
    members = {f"lovelaceada_77_{n}_part{n}.ipynb": bytes(1_500_000) for n in range(3)}
    collected = take(course, download(tmp_path, members))
    assert "What 77 handed in would unpack to more than 2 MB" in only_problem(collected)
    assert not tree(course)


@pytest.mark.slow
def test_a_hundred_thousand_entries(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as made:
        for number in range(100_000):
            made.writestr(zipfile.ZipInfo(f"eve_77_{number}_x.ipynb"), b"")
    with pytest.raises(CourseError, match="100,000 entries") as caught:
        take(course, download(tmp_path, {GOOD: "{}"}, "good.zip"), path)
    assert "Nothing was collected" in str(caught.value)
    assert not tree(course)


@pytest.mark.parametrize("cut", [0, 10, 0.5, -10])
def test_truncated_downloads(course: Course, tmp_path: Path, cut: float) -> None:
    data = zipped({CANVAS: "{}", GOOD: "{}"})
    end = int(len(data) * cut) if cut == 0.5 else int(cut)
    path = tmp_path / "submissions.zip"
    path.write_bytes(data[:end])
    with pytest.raises(CourseError, match=r"submissions\.zip is no zip file, or not all of it"):
        take(course, path)
    assert not tree(course)


def test_what_is_no_file_is_named(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="does not exist"):
        take(course, tmp_path / "nothing.zip")
    with pytest.raises(CourseError, match="is no zip file"):
        take(course, tmp_path)


def test_killed_runs_leave_nothing(course: Course, tmp_path: Path) -> None:
    leftover = course.home / "submitted" / ".grading-collect-old"
    leftover.mkdir(parents=True)
    (leftover / "1").write_text("half")
    take(course, download(tmp_path, {CANVAS: "{}"}))
    assert not leftover.exists()


def test_a_link_in_the_submitted_folder_is_not_followed(course: Course, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    place = course.home / "submitted" / "77"
    place.mkdir(parents=True)
    (place / small.ASSIGNMENT).symlink_to(victim)
    take(course, download(tmp_path, {CANVAS: "{}"}), force=True)
    assert not list(victim.iterdir())


def test_readable_names_stay_on_one_line() -> None:
    assert archive.readable("حل\n\u202e.ipynb") == "حل\\n\\u202e.ipynb"
    assert len(archive.readable("x" * 10_000)) < 130


# As a person would --------------------------------------------------------------------------------


def test_the_command_names_whose_submission_stayed_or_was_replaced(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    untimed = "No time of submission is known, so that none counts as late.\n"
    for text, options, code, said, time in (
        ("[1]", (), 0, "1 submission new\n", untimed),
        ("[1]", (), 0, "1 submission unchanged\n", ""),
        ("[2]", (), 1, "1 submission kept: 77\n", ""),
        ("[2]", ("--force",), 0, "1 submission replaced: 77\n", untimed),
        ("[3]", ("--entry-times", "--force"), 0, "1 submission replaced: 77\n", ""),
    ):
        path = download(tmp_path, {CANVAS: text, CANVAS.replace("ipynb", "pdf"): ""})
        done = grading("collect", small.ASSIGNMENT, str(path), *options, cwd=root)
        expected = f"{said}1 file left out: no notebook\n{time}"
        assert (done.returncode, done.stdout) == (code, expected)


def test_what_is_only_to_be_known_of_a_late_submission_fails_nothing(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    path = download(tmp_path, {CANVAS.replace("_77", "_LATE_77"): "[1]"})
    done = grading("collect", small.ASSIGNMENT, str(path), cwd=root)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "1 submission new")
    assert "is late, Canvas says, but not how late" in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("shared_nursery")
def test_the_command_and_then_a_run(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    small.release(root)
    released = (root / "release" / small.ASSIGNMENT / "small.ipynb").read_bytes()
    right = {"double": small.DOUBLE, "triple": small.TRIPLE}
    answered = json.dumps(small.answered(released, right))
    path = download(tmp_path, {MOODLE: answered, CANVAS: answered, "what.ipynb": "{}"})
    done = grading("collect", small.ASSIGNMENT, str(path), cwd=root)
    assert done.returncode == 1
    assert "2 submissions new" in done.stdout
    assert "No time of submission is known" in done.stdout
    assert "what.ipynb is a name from which nobody can tell" in done.stderr
    as_json = grading("collect", small.ASSIGNMENT, str(path), "--json", cwd=root)
    assert json.loads(as_json.stdout)["unchanged"] == ["77", "Ada Lovelace"]
    done = grading("run", "--json", cwd=root)
    rows = json.loads(done.stdout)["submissions"]
    assert {row["student"]: row["score"] for row in rows} == {"77": 9, "Ada Lovelace": 9}


def test_a_file_may_be_as_large_as_the_limit_and_no_byte_larger(tmp_path: Path) -> None:
    data = bytes(range(251)) * 5000  # more than is read at a time
    path = download(tmp_path, {"whole": data})
    with archive.opened(path, "a.zip") as opened:
        (member,) = opened.members()
        assert isinstance(member, archive.Member)
        copied = io.BytesIO()
        opened.copy(member, copied, len(data))
        assert copied.getvalue() == data
        with pytest.raises(archive.ArchiveError, match="would unpack to more than 1 MB"):
            opened.copy(member, io.BytesIO(), len(data) - 1)


def test_all_that_one_hands_in_has_a_limit_of_its_own(tmp_path: Path) -> None:
    limits = "c.CourseDirectory.max_file_size = 2000\nc.CourseDirectory.max_dir_size = 3000\n"
    course = load_course(small.make(tmp_path / "course", limits))
    files = {MOODLE.replace("small", f"part{number}"): b" " * 10**6 for number in range(4)}
    collected = take(course, download(tmp_path, files))
    (problem,) = collected.problems
    assert problem.what == "What Ada Lovelace handed in would unpack to more than 3 MB"
    assert not tree(course)


def test_the_folder_that_nbgrader_extracts_into_says_nothing() -> None:
    above = "/home/course_12_34_final"  # as Canvas would name a file
    collector = PlatformCollector()
    found = collector.collect(f"{above}/downloaded/01-small/extracted/{CANVAS}")
    assert found["student_id"] == "77"
    collector.root = f"{above}/stage"
    assert collector.collect(f"{above}/stage/{CANVAS}")["student_id"] == "77"


@pytest.mark.slow
def test_collector_works_in_nbgraders_zip_collect(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    small.write(root / "release" / small.ASSIGNMENT / "small.ipynb", small.source_cells())
    downloads = root / "downloaded" / small.ASSIGNMENT / "archive"
    downloads.mkdir(parents=True)
    download(downloads, {MOODLE: "{}", CANVAS: "{}"})
    collector = "--collector=grading.collect.names.PlatformCollector"
    nbgrader("zip_collect", small.ASSIGNMENT, collector, cwd=root)
    assert sorted(tree(load_course(root))) == [
        f"77/{small.ASSIGNMENT}/small.ipynb",
        f"Ada Lovelace/{small.ASSIGNMENT}/small.ipynb",
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("shared_nursery")
def test_what_the_exchange_collected_is_graded(tmp_path: Path) -> None:
    root = small.make(tmp_path / "course")
    small.release(root)
    exchange, student = tmp_path / "exchange", tmp_path / "student"
    for folder in (exchange, student):
        folder.mkdir()
    exchange.chmod(0o777)
    places = (f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}")
    ours = ("--course", "small")

    def hand_in(text: str) -> None:
        path = student / small.ASSIGNMENT / "small.ipynb"
        path.write_text(json.dumps(small.answered(path.read_bytes(), {"double": text})))
        nbgrader("submit", small.ASSIGNMENT, *ours, *places, cwd=student)

    nbgrader("release_assignment", small.ASSIGNMENT, *places, cwd=root)
    nbgrader("fetch_assignment", small.ASSIGNMENT, *ours, *places, cwd=student)
    hand_in("def double(x):\n    return x")
    nbgrader("collect", small.ASSIGNMENT, *places, cwd=root)
    assert scores(root) == {get_username(): 0}
    assert scores(root) == {get_username(): 0}
    hand_in(small.DOUBLE)
    nbgrader("collect", small.ASSIGNMENT, "--update", *places, cwd=root)
    assert scores(root) == {get_username(): 5}


def scores(root: Path) -> dict[str, float]:
    done = grading("run", "--json", cwd=root)
    rows = json.loads(done.stdout)["submissions"]
    return {row["student"]: row["score"] for row in rows}

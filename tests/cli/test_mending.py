"""`verify`, `repair` and `merge`."""

import gzip

import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_array,
    make_collection,
    make_result,
    stored,
)


def read(path):
    return sio.read_ndc(path, classes="light", tqdm_cls=None)


def test_verify_a_sound_file(command, sweep):
    done = command("verify", sweep)
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{sweep}: 8 members, 3 sound results, no problems\n"


def test_verify_goes_on_behind_a_damaged_file(command, sweep, damaged):
    done = command("verify", damaged, sweep)
    assert done.status == 1
    first, *_, last = done.out.splitlines()
    assert first.startswith(f"{damaged}: 8 members, 2 sound results, 1 problem:")
    assert last == f"{sweep}: 8 members, 3 sound results, no problems"
    python, shell = "skneuromsi_io.repair(path, out)", "skneuromsi-io repair IN OUT"
    reports = f"{sio.verify(damaged)}\n{sio.verify(sweep)}\n"
    assert done.out == reports.replace(python, shell)
    assert done.out.count(shell) == reports.count(python) == 1


def test_verify_as_json(command, sweep, damaged):
    done = command("verify", "--json", damaged, sweep)
    assert done.status == 1
    bad, good = done.objects
    assert (bad["ok"], bad["results"]) == (False, 2)
    (problem,) = bad["problems"]
    assert problem["member"] == "ndr_1/nddata.nc"
    assert good["file"] == str(sweep)
    assert (good["ok"], good["problems"], good["remedy"]) == (True, [], None)
    assert bad["remedy"].startswith("skneuromsi-io repair IN OUT saves")


def test_verify_a_file_that_is_not_an_archive(command, tmp_path):
    path = tmp_path / "text.ndc"
    path.write_text("not a zip")
    done = command("verify", path)
    assert done.status == 1
    assert "0 sound results" in done.out


def test_repair(command, damaged, tmp_path):
    out = tmp_path / "saved.ndc"
    done = command("repair", damaged, out)
    assert done.status == 1  # something was lost
    assert "2 results saved to" in done.out
    assert [one.run_parameters["soa"] for one in read(out)] == [0, 20]


def test_repair_of_a_whole_file_loses_nothing(command, sweep, tmp_path):
    done = command("repair", "--json", sweep, tmp_path / "copy.ndc")
    assert done.status == 0
    (found,) = done.objects
    assert (found["kept"], found["problems"]) == ([0, 1, 2], [])
    assert_same(read(tmp_path / "copy.ndc"), read(sweep))


def test_repair_of_nothing_whole(command, tmp_path):
    path = tmp_path / "text.ndc"
    path.write_text("not a zip")
    done = command("repair", path, tmp_path / "out.ndc")
    assert done.status == 1
    assert done.err.startswith(
        f"Error: {path}: expected a zip archive, found a text file"
    )
    assert not (tmp_path / "out.ndc").exists()


def test_merge(command, sweep, tmp_path):
    out = tmp_path / "both.ndc"
    done = command("merge", sweep, sweep, "--out", out)
    assert (done.status, done.out) == (0, f"{out}: 6 results\n")
    assert len(read(out)) == 6
    assert sio.read_metadata(out)["extra"] == {"subject": "S01"}


@pytest.mark.parametrize("key", ["name", "metadata"])
def test_merge_names_the_option_for_what_differs(command, tmp_path, key):
    files = tmp_path / "a.ndc", tmp_path / "b.ndc"
    for file in files:
        name = file.name if key == "name" else "sweep"
        metadata = {"file": file.name} if key == "metadata" else None
        collection = make_collection(name=name)
        sio.to_ndc(file, collection, metadata=metadata, tqdm_cls=None)
    done = command("merge", *files, "--out", tmp_path / "both.ndc")
    assert f"expected one {key} in all files, or --{key}, found" in done.err


def test_merge_files_that_differ(command, sweep, tmp_path):
    other, out = tmp_path / "other.ndc", tmp_path / "both.ndc"
    sio.to_ndc(other, make_collection(name="other"), tqdm_cls=None)
    done = command("merge", sweep, other, "--out", out)
    assert done.status == 1
    assert done.err.startswith("Error: 'name': expected one name in all files")
    options = ("--name", "week", "--metadata", '{"subject": "all"}')
    done = command("merge", "--json", sweep, other, "--out", out, *options)
    assert done.objects == [{"out": str(out), "results": 6}]
    assert read(out).name == "week"
    assert sio.read_metadata(out)["extra"] == {"subject": "all"}


@pytest.mark.parametrize("text", ["{", "[1]", "1"])
def test_metadata_are_a_json_object(command, sweep, tmp_path, text):
    done = command("merge", sweep, "--out", tmp_path / "out.ndc", "--metadata", text)
    assert done.status == 2
    assert "'--metadata'" in done.err


@pytest.mark.parametrize("verb", ["repair", "merge"])
def test_a_file_that_is_there_is_not_replaced(command, sweep, tmp_path, verb):
    out = tmp_path / "out.ndc"
    out.write_bytes(b"dear")
    args = [verb, sweep, out] if verb == "repair" else [verb, sweep, "--out", out]
    done = command(*args)
    assert done.status == 1
    assert done.err == (
        f"Error: {out}: is there already; pass --overwrite to replace it\n"
    )
    assert out.read_bytes() == b"dear"
    assert command(*args, "--overwrite").status == 0
    assert len(read(out)) == 3


def test_remedies_are_verbs(command, sweep, tmp_path):
    """A message names a function to a program, and the verb to a person."""
    whole = sweep.read_bytes()
    shapes = [make_result(make_array(shape=(2, times, 4, 1))) for times in (3, 5)]
    various = sio.NDResultCollection.from_ndresults("various", shapes)
    for name, content in {
        "cut.ndc": whole[:-200],
        "week.ndc.partial": whole[:-200],
        "month.ndc.1.partial": b"",
        "packed.gz": gzip.compress(whole),
        "shapes.ndc": stored(various),
        "index.ndc": edited(whole, "index.json", lambda doc: doc.update(object_size=9)),
    }.items():
        (tmp_path / name).write_bytes(content)
    save = "skneuromsi-io repair IN OUT saves the results that are whole"
    join = "skneuromsi-io merge IN --out OUT takes its whole results"
    for args, remedy in [
        (["info", "cut.ndc"], save),
        (["verify", "cut.ndc"], save),
        (["verify", "--json", "cut.ndc"], save),
        (["info", "week.ndc.partial"], join),
        (["info", "week.ndc"], join),
        (["ls", "month.ndc"], "skneuromsi-io merge IN... --out OUT takes whole"),
        (["info", "packed.gz"], "unpack it: gunzip"),
        (["info", "shapes.ndc", "--storage-option", "a=b"], "--storage-option"),
        (["ls", "index.ndc"], "skneuromsi-io repair IN OUT makes the index anew"),
        (["convert", "shapes.ndc", "out.nc"], "convert to .ndc or .csv"),
    ]:
        verb, *rest = (str(tmp_path / one) if "." in one else one for one in args)
        done = command(verb, *rest)
        assert done.status == 1
        assert remedy in done.err + done.out
        for python in ("skneuromsi_io.", "resume=True", "storage_options", "(path"):
            assert python not in done.err + done.out

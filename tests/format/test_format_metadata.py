"""Each MUST of FORMAT.md, sections 2 and 3: the JSON of collections and results."""

import json

import pytest
from plain import a_result, edited, members_of, opened

import skneuromsi_io as sio
from helpers import zipped


def without(document, key):
    return json.dumps({k: v for k, v in json.loads(document).items() if k != key})


def test_collection_keys():
    members = members_of(a_result(), metadata={"k": 1})
    document = json.loads(members["metadata.json"])
    assert document["object_type"] == "ndcollection"
    assert document["object_kwargs"] == {"name": "NDResult"}
    assert (document["object_size"], document["format_version"]) == (1, 0.2)
    assert document["extra"] == {"k": 1}
    for key in ("object_type", "object_kwargs", "object_size", "format_version"):
        broken = members | {"metadata.json": without(members["metadata.json"], key)}
        with pytest.raises(KeyError, match=f"metadata.json.*{key}"):
            opened(broken)


def test_unknown_keys_are_ignored():
    members = members_of(a_result())
    for name in ("metadata.json", "ndr_0/metadata.json"):
        members = edited(members, name, novelty={"a": [1]})
    assert opened(members).to_xarray().identical(a_result().to_xarray())


def test_newer_formats_are_refused():
    members = edited(members_of(a_result()), "metadata.json", format_version=0.3)
    with pytest.raises(sio.UnsupportedError, match=r"found 0\.3; upgrade"):
        opened(members)


@pytest.mark.parametrize(
    "version",
    ["0.2", "0.3", None, True, [0.2], {}, -5, 0, 0.15, float("nan"), float("inf")],
)
def test_other_formats_are_refused(version):
    members = edited(members_of(a_result()), "metadata.json", format_version=version)
    with pytest.raises(sio.BadMetadataError) as raised:
        opened(members)
    assert raised.value.expected == "'format_version' 0.1 or 0.2"
    assert not sio.verify(zipped(members)).ok


def test_result_keys():
    members = members_of(a_result())
    name = "ndr_0/metadata.json"
    document = json.loads(members[name])
    assert document["object_type"] == "ndresult"
    assert sorted(document["object_kwargs"]) == sorted(
        [
            "mname",
            "mtype",
            "output_mode",
            "nmap",
            "time_range",
            "position_range",
            "time_res",
            "position_res",
            "causes",
            "run_parameters",
            "extra",
        ]
    )
    for key in document["object_kwargs"]:
        kwargs = dict(document["object_kwargs"])
        del kwargs[key]
        with pytest.raises(sio.SkneuromsiIOError, match=key):
            opened(edited(members, name, object_kwargs=kwargs))
    kwargs = {**document["object_kwargs"], "surplus": 1}
    broken = edited(members, name, object_kwargs=kwargs)
    with pytest.raises(sio.SkneuromsiIOError, match="surplus"):
        opened(broken)

"""Uploads meant to hurt: nothing is executed, nothing grows beyond the limit, and the answer says what is wrong."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.demands import actions, dataset
from didimdol.demands.dataset import check_dataset
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.records.models import AccessEntry, AuditEvent


def npy(descr="'<f4'", shape="(2, 3)", body=None, version=1, order="False"):
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    start = b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header
    return start + (body if body is not None else b"\0" * 24)


def npz(entries=None, *, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in (entries or {"x.npy": npy(), "y.npy": npy("'<i8'", "(2,)", b"\0" * 16)}).items():
            archive.writestr(name, content)
    return out.getvalue()


def labelled():
    """A data set that fits classification."""
    return npz({"x.npy": npy(), "labels.npy": npy("'<i8'", "(2,)", b"\0" * 16)})


def code(content):
    with pytest.raises(BadInput) as refused:
        check_dataset(io.BytesIO(content))
    assert refused.value.message["ko"]
    assert refused.value.remedy["en"]
    return refused.value.code


def test_arrays_of_numbers_are_taken_and_the_stream_is_at_its_start():
    stream = io.BytesIO(npz())
    arrays = check_dataset(stream)
    assert [(a.name, a.dtype, a.shape) for a in arrays] == [("x", "<f4", (2, 3)), ("y", "<i8", (2,))]
    assert stream.tell() == 0
    assert check_dataset(io.BytesIO(npz({"x.npy": npy(version=2)})))


def test_what_numpy_writes_is_taken():
    numpy = pytest.importorskip("numpy")
    out = io.BytesIO()
    numpy.savez_compressed(out, x=numpy.zeros((4, 8), "f4"), labels=numpy.arange(4))
    assert {a.name for a in check_dataset(out)} == {"x", "labels"}


def test_pickled_objects_are_refused_and_never_run(tmp_path):
    numpy = pytest.importorskip("numpy")
    trap = tmp_path / "ran"

    class Trap:
        def __reduce__(self):
            return (trap.write_text, ("ran",))

    out = io.BytesIO()
    numpy.savez(out, x=numpy.array([Trap()], dtype=object))
    assert code(out.getvalue()) == "npy_objects"
    assert not trap.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"not a zip at all", "not_npz"),
        (b"", "not_npz"),
        (npz()[:-30], "not_npz"),
        (npz({"../../etc/x.npy": npy()}), "npz_entry"),
        (npz({"/x.npy": npy()}), "npz_entry"),
        (npz({"a..npy": npy()}), "npz_entry"),
        (npz({"a/b.npy": npy()}), "npz_entry"),
        (npz({"script.py": b"print()"}), "npz_entry"),
        (npz({f"a{n}.npy": npy() for n in range(65)}), "npz_too_many"),
        (npz({"x.npy": b"nothing"}), "npy_magic"),
        (npz({"x.npy": b"\x93NUMPY\x01\x00\xff\xff"}), "npy_header"),
        (npz({"x.npy": npy("__import__('os').system('true')")}), "npy_header"),
        (npz({"x.npy": npy("'|O'", "(1,)", b"\x80\x04N.")}), "npy_objects"),
        (npz({"x.npy": npy("[('a', '<f4')]")}), "npy_type"),
        (npz({"x.npy": npy("'<U8'", "(1,)", b"\0" * 32)}), "npy_type"),
        (npz({"x.npy": npy(shape="(-1, 3)")}), "npy_header"),
        (npz({"x.npy": npy(shape="[2, 3]")}), "npy_header"),
        (npz({"x.npy": npy(shape="(True, 3)")}), "npy_header"),
        (npz({"x.npy": npy(body=b"\0" * 23)}), "npy_length"),
        (npz({"x.npy": npy(body=b"\0" * 25)}), "npy_length"),
        (npz({"x.npy": npy(shape="(999999999, 999999999)")}), "npz_too_large"),
        (npz(compression=zipfile.ZIP_BZIP2), "npz_packing"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(content, expected):
    assert code(content) == expected


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(dataset, "MOST_BYTES", 1_000_000)
    bomb = npz({"x.npy": npy("'|u1'", "(2000000,)", b"\0" * 2_000_000)})
    assert len(bomb) < 10_000
    assert code(bomb) == "npz_too_large"


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_unpacked():
    honest = npz({"x.npy": npy("'|u1'", "(100,)", b"\0" * 5_000_000)})
    size = struct.pack("<I", 5_000_000 + len(npy("'|u1'", "(100,)", b"")))
    assert size in honest
    lying = honest.replace(size, struct.pack("<I", len(npy("'|u1'", "(100,)", b"")) + 100))
    assert code(lying) in ("npy_length", "not_npz")


def test_the_same_name_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("x.npy", npy())
            archive.writestr("x.npy", npy())
    assert code(out.getvalue()) == "npz_twice"


@settings(max_examples=300)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_damage_ends_in_an_answer_and_never_in_a_crash(noise, place):
    good = npz()
    broken = good[:place] + noise + good[place + len(noise) :]
    try:
        check_dataset(io.BytesIO(broken))
    except BadInput as refused:
        assert refused.message["ko"]


# --- through the platform ------------------------------------------------------------------------------------------


def test_a_data_set_is_sealed_to_the_company_and_the_verifier(scene, demand, signed_in, client):
    upload = SimpleUploadedFile("set.npz", labelled())
    answer = signed_in(scene.people["lead"]).post(f"/demands/{demand.pk}/dataset/", {"dataset": upload})
    assert answer.status_code == 302
    demand.refresh_from_db()
    assert demand.dataset.organisation == scene.organisations["river"].id
    event = AuditEvent.objects.within(type="demand.dataset_set").get()
    assert event.facts["sha256"] == demand.dataset.sha256
    path = f"/demands/{demand.pk}/dataset/file/"
    served = signed_in(scene.people["lead"]).get(path)
    assert b"".join(served.streaming_content) == npz_bytes(demand)
    assert AccessEntry.objects.within(what="demands.dataset", outcome="opened").count() == 1
    for who in ("rival", "stranger"):
        assert signed_in(scene.people[who]).get(path).status_code == 404
    actions.propose_demand(actor=scene.acts("lead"), demand=demand)
    assert signed_in(scene.people["manager"]).get(path).status_code == 403
    assert signed_in(scene.people["verifier"]).get(path).status_code == 200
    assert client.get(path)["Location"].startswith("/account/login/")


def npz_bytes(demand):
    from didimdol.kernel.blobs import open_blob

    with open_blob(demand.dataset) as handle:
        return handle.read()


def test_a_hostile_upload_on_the_page_is_422_and_changes_nothing(scene, demand, signed_in):
    upload = SimpleUploadedFile("set.npz", npz({"../x.npy": npy()}))
    answer = signed_in(scene.people["lead"]).post(f"/demands/{demand.pk}/dataset/", {"dataset": upload})
    assert answer.status_code == 422
    assert "파일 밖을 가리킵니다" in answer.content.decode()
    demand.refresh_from_db()
    assert demand.dataset is None


def test_after_proposing_the_data_set_stays(scene, demand):
    actions.set_dataset(actor=scene.acts("lead"), demand=demand, stream=io.BytesIO(labelled()))
    actions.propose_demand(actor=scene.acts("lead"), demand=demand)
    with pytest.raises(AccessDenied):
        actions.set_dataset(actor=scene.acts("lead"), demand=demand, stream=io.BytesIO(labelled()))
    with pytest.raises(AccessDenied):
        actions.remove_dataset(actor=scene.acts("lead"), demand=demand)

"""Is this upload a data set that may be given to a device? Looked at from outside: nothing in it is ever executed.

An .npz is a zip of .npy files. Arrays of Python objects are pickles, which run code when read: refused. So are entries
that point outside, encrypted or nested ones, and files that claim or hold more than the limit (zip bombs).
"""

from __future__ import annotations

import ast
import math
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Any

from didimdol.demands.tasks import NAMES
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol_lab.contract import Task, datasets

MOST_BYTES = 200_000_000  # packed, and unpacked too: tensors pack little
MOST_ENTRIES = 64
MOST_HEADER = 65_536
CHUNK = 256 * 1024
#: what the zip reader raises on files that are damaged or made to hurt
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
)
ARRAY_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,120}\.npy")
NUMBERS = re.compile(r"[<>|=](?:b1|[iu][1248]|f[248])")  # booleans, integers, floats
EXPECTED = text(
    "NumPy의 savez로 만든 .npz 파일을 올려 주십시오. 숫자 배열만 담을 수 있습니다.",
    "Upload an .npz file made with NumPy's savez. It may hold arrays of numbers only.",
)


@dataclass(frozen=True, slots=True)
class Array:
    name: str
    dtype: str
    shape: tuple[int, ...]


def check_dataset(stream: IO[bytes]) -> list[Array]:
    """The arrays in it, in order. Leaves the stream at its start. Raises BadInput that says what is wrong."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            arrays = _arrays(archive)
    except DAMAGE as error:
        raise _refused(
            "not_npz", text("데이터 세트 파일을 읽을 수 없습니다.", "The data set cannot be read.")
        ) from error
    finally:
        stream.seek(0)
    return arrays


def check_task(arrays: list[Array], task: Task | str) -> None:
    """Do these arrays make a data set for the task? Raises BadInput that says what to change."""
    shapes = [datasets.Shape(each.name, each.dtype, each.shape) for each in arrays]
    remedy = text(
        f"모델의 입력 이름을 딴 배열과 다음 배열을 담아 주십시오: {datasets.expected(task)}",
        f"Give arrays named as the model's inputs, and these: {datasets.expected(task)}",
    )
    if problem := datasets.misfit(task, shapes):
        message = text(
            f"‘{NAMES[Task(task)]['ko']}’ 데이터 세트가 아닙니다. {problem[0]}.",
            f"This is no data set for “{NAMES[Task(task)]['en']}”: {problem[1]}.",
        )
        raise BadInput("dataset_unfit", message, remedy, fields={"dataset": message})
    if much := datasets.excess(task, shapes):
        message = text(
            f"데이터 세트가 너무 큽니다: {much['what_ko']} {much['count']}개(한도 {much['limit']}개).",
            f"The data set is too large: {much['count']} {much['what_en']} (limit {much['limit']}).",
        )
        fewer = text("예제를 무작위로 골라 줄여 주십시오.", "Take a random part of the examples.")
        raise BadInput("dataset_too_large", message, fewer, fields={"dataset": message})


def _arrays(archive: zipfile.ZipFile) -> list[Array]:
    entries = archive.infolist()
    if not entries:
        raise _refused("npz_empty", text("데이터 세트에 배열이 없습니다.", "The data set holds no array."))
    if len(entries) > MOST_ENTRIES:
        raise _refused(
            "npz_too_many",
            text(f"배열이 {MOST_ENTRIES}개를 넘습니다.", f"The data set holds more than {MOST_ENTRIES} arrays."),
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _refused(
            "npz_twice", text("같은 이름의 배열이 두 번 있습니다.", "An array is there twice under one name.")
        )
    for entry in entries:
        if ".." in entry.filename or not ARRAY_NAME.fullmatch(entry.filename):
            raise _refused(
                "npz_entry",
                text(
                    f"‘{entry.filename[:60]}’은(는) 배열(.npy)이 아니거나 파일 밖을 가리킵니다.",
                    f"“{entry.filename[:60]}” is no array (.npy), or points outside the file.",
                ),
            )
        if entry.flag_bits & 0x1:
            raise _refused("npz_encrypted", text("암호가 걸린 파일입니다.", "The file is encrypted."))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refused("npz_packing", text("지원하지 않는 압축 방식입니다.", "It is packed in an unsupported way."))
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large()
    read = 0
    arrays = []
    for entry in entries:
        array, size = _array(archive, entry, MOST_BYTES - read)
        read += size
        arrays.append(array)
    return arrays


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> tuple[Array, int]:
    name = entry.filename.removesuffix(".npy")
    with archive.open(entry) as handle:
        start, header = _header(handle, name)
        dtype, shape = _dtype(header.get("descr"), name), header.get("shape")
        if not isinstance(shape, tuple) or any(type(n) is not int or n < 0 for n in shape):
            raise _refused("npy_header", _broken(name))
        length = start + math.prod(shape) * int(dtype[2:])
        if length > most:
            raise _too_large()
        # What the directory claims is not trusted: the bytes are counted while they are unpacked.
        read = start
        while chunk := handle.read(CHUNK):
            read += len(chunk)
            if read > length:
                break
        if read != length:
            raise _refused(
                "npy_length",
                text(
                    f"배열 ‘{name}’의 길이가 머리말과 다릅니다.",
                    f"The array “{name}” is not as long as its header says.",
                ),
            )
    return Array(name, dtype, shape), read


def _header(handle: IO[bytes], name: str) -> tuple[int, dict[str, Any]]:
    """Length of what stands before the numbers, and what it says. Format: NumPy NEP 1."""
    magic = handle.read(8)
    if len(magic) != 8 or magic[:6] != b"\x93NUMPY" or magic[6] not in (1, 2, 3):
        raise _refused("npy_magic", _broken(name))
    width = 2 if magic[6] == 1 else 4
    length = int.from_bytes(handle.read(width), "little")
    if not 0 < length <= MOST_HEADER:
        raise _refused("npy_header", _broken(name))
    try:
        # A literal only: ast.literal_eval builds values and never calls anything.
        header = ast.literal_eval(handle.read(length).decode("utf-8").strip())
    except (ValueError, SyntaxError, UnicodeDecodeError, MemoryError, RecursionError) as error:
        raise _refused("npy_header", _broken(name)) from error
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        raise _refused("npy_header", _broken(name))
    return 8 + width + length, header


def _dtype(descr: Any, name: str) -> str:
    if isinstance(descr, str) and NUMBERS.fullmatch(descr):
        return descr
    if isinstance(descr, str) and "O" in descr:
        raise _refused(
            "npy_objects",
            text(
                f"배열 ‘{name}’에 파이썬 객체가 들어 있습니다. 읽는 것만으로 코드가 실행될 수 있어 받지 않습니다.",
                f"The array “{name}” holds Python objects. Reading them may run code, so they are refused.",
            ),
        )
    raise _refused(
        "npy_type", text(f"배열 ‘{name}’이(가) 숫자가 아닙니다.", f"The array “{name}” does not hold numbers.")
    )


def _broken(name: str) -> Text:
    return text(f"배열 ‘{name}’의 머리말이 올바르지 않습니다.", f"The header of the array “{name}” is not valid.")


def _too_large() -> BadInput:
    size = f"{MOST_BYTES // 1_000_000}"
    return _refused(
        "npz_too_large",
        text(f"압축을 풀면 {size} MB를 넘는 파일입니다.", f"Unpacked, the file is larger than {size} MB."),
    )


def _refused(code: str, message: Text) -> BadInput:
    return BadInput(code, message, EXPECTED, fields={"dataset": message})

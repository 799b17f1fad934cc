"""Affinities in a file beside the JSON: a CSV with a row a pair, or an `.npz`, dense or sparse."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from didimdol_decide.commands.common import WrongUse, not_installed
from didimdol_decide.commands.files import cannot_read
from didimdol_decide.commands.table_file import read_table
from didimdol_decide.progress import phase

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from didimdol_decide.assignment.matrix import AffinityMatrix

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

FORM = "application, evaluator, value"
NAMES = ("applications", "evaluators", "values")


def read_affinities(path: str) -> AffinityMatrix | list[dict[str, str]]:
    """The affinities in a file. Raises WrongUse."""
    phase(f"{path} 읽는 중", f"reading {path}")
    if path.lower().endswith(".csv"):
        return [dict(cells) for _, cells in read_table(path, set(FORM.split(", ")), (FORM, FORM))]
    try:
        import numpy as np
    except ModuleNotFoundError as error:
        raise not_installed(error.name, "assign") from error
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files if name in (*NAMES, "rows", "columns")}
            applications, evaluators, values = (found[name] for name in NAMES)
    except OSError as error:
        raise cannot_read(path, error) from error
    except (ValueError, KeyError, EOFError, BadZipFile) as error:
        raise WrongUse(
            f"적합도 행렬을 읽을 수 없습니다: {path} ('applications', 'evaluators', 'values' 필요)",
            f"Cannot read the affinities in {path}: it needs 'applications', 'evaluators' and 'values'",
        ) from error
    for kind, names in (("applications", applications), ("evaluators", evaluators)):
        if names.ndim != 1 or len(np.unique(names)) != len(names):
            raise WrongUse(
                f"{path}: '{kind}'에는 서로 다른 이름이 있어야 합니다.",
                f"{path}: '{kind}' must be names, each once",
            )
    if values.dtype.kind not in "fiu":
        raise WrongUse(f"{path}: 'values'는 숫자여야 합니다.", f"{path}: 'values' must be numbers")
    if {"rows", "columns"} & found.keys():
        rows, columns = _places(path, found, len(applications), len(evaluators))
    else:
        rows, columns, values = _dense(path, values, len(applications), len(evaluators))
    there = ~np.isnan(values)
    rows, columns, values = rows[there], columns[there], values[there]
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if len(wrong):
        pair = f"{applications[rows[wrong[0]]]}, {evaluators[columns[wrong[0]]]}"
        raise WrongUse(
            f"{path}: 적합도는 0에서 1까지입니다: {pair}: {values[wrong[0]]}",
            f"{path}: an affinity is 0 to 1, and that of {pair} is {values[wrong[0]]}",
        )
    return _matrix(
        path, [str(name) for name in applications], [str(name) for name in evaluators], rows, columns, values
    )


def _dense(path: str, values: Any, height: int, width: int) -> tuple[Ints, Ints, Any]:
    import numpy as np

    if values.shape != (height, width):
        raise WrongUse(
            f"행렬의 크기가 다릅니다: {path} ({values.shape}, {height}×{width} 필요)",
            f"{path}: 'values' must be {height} by {width}, and is {values.shape}",
        )
    rows, columns = (~np.isnan(values)).nonzero()
    return rows, columns, values[rows, columns]


def _places(path: str, found: dict[str, Any], height: int, width: int) -> tuple[Any, Any]:
    """Numbers of application and evaluator of each value, counted from 0."""
    shape = found["values"].shape
    for name, end in (("rows", height), ("columns", width)):
        numbers = found.get(name)
        if numbers is None or numbers.dtype.kind not in "iu" or numbers.shape != shape or numbers.ndim != 1:
            raise WrongUse(
                f"{path}: 'rows', 'columns', 'values'는 길이가 같아야 하고, 앞의 둘은 정수여야 합니다.",
                f"{path}: 'rows', 'columns' and 'values' must be of one length, the first two whole numbers",
            )
        if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < end:
            raise WrongUse(
                f"{path}: '{name}'은(는) 0에서 {end - 1}까지입니다.",
                f"{path}: '{name}' must be 0 to {end - 1}",
            )
    return found["rows"], found["columns"]


def _matrix(
    path: str, applications: list[str], evaluators: list[str], rows: Ints, columns: Ints, values: Any
) -> AffinityMatrix:
    """Sorted by names, in millionths."""
    import numpy as np

    from didimdol_decide.assignment.matrix import AffinityMatrix

    places = []
    for names in (applications, evaluators):
        place = np.empty(len(names), dtype=np.int64)
        place[np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)] = np.arange(
            len(names)
        )
        places.append(place)
    keys = places[0][rows] * max(1, len(evaluators)) + places[1][columns]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    twice = np.flatnonzero(keys[1:] == keys[:-1])
    if len(twice):
        at = order[twice[0]]
        pair = f"{applications[rows[at]]}, {evaluators[columns[at]]}"
        raise WrongUse(f"{path}: 같은 쌍이 두 번 있습니다: {pair}", f"{path}: the pair {pair} appears twice")
    starts = np.searchsorted(keys, np.arange(len(applications) + 1) * max(1, len(evaluators)))
    return AffinityMatrix(
        applications=tuple(sorted(applications)),
        evaluators=tuple(sorted(evaluators)),
        starts=_kept(starts),
        columns=_kept(keys % max(1, len(evaluators))),
        millionths=_kept(_millionths(values[order])),
    )


def _millionths(values: Any) -> Ints:
    """Rounded to six places as their decimals are, half to even."""
    import numpy as np

    from didimdol_decide.assignment.matrix import UNIT

    exact = np.asarray(values, dtype=np.float64) * UNIT
    found = np.rint(exact).astype(np.int64)
    # The product may be off by its last bit: what is next to a half is spelled out.
    for place in np.flatnonzero(np.abs(np.abs(exact - found) - 0.5) < 1e-6).tolist():
        found[place] = int(f"{float(values[place]):.6f}".replace(".", ""))
    return found


def _kept(numbers: Any) -> array[int]:
    import numpy as np

    found = array("i")
    found.frombytes(numbers.astype(np.int32).tobytes())
    return found

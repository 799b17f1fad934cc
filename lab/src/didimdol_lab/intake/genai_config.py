"""`genai_config.json` comes from a stranger: read strictly, and written anew, so that the runtime never parses theirs."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from ..contract.base import Strict
from ..refusals import refuse

NAME = "genai_config.json"
MAX_BYTES = 1_000_000

_Count = Annotated[int, Field(ge=1, le=10_000_000)]
_Tensor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:-]{1,200}$")]
# The runtime hands this to a printf of C: one %d, and no other sign of a format.
_Numbered = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:-]{0,100}%d[A-Za-z0-9_./:-]{0,100}$")]
_Ids = int | list[int] | None

TYPES = Literal[
    "chatglm",
    "decoder",
    "ernie4_5",
    "gemma",
    "gemma2",
    "gemma3_text",
    "gpt2",
    "gptoss",
    "granite",
    "internlm2",
    "llama",
    "mistral",
    "nemotron",
    "olmo",
    "phi",
    "phi3",
    "phi3small",
    "phimoe",
    "qwen2",
    "qwen3",
    "smollm3",
]
"""Text decoders. Models that see or hear, and pipelines of several parts, are not measured."""


class _Inputs(Strict):
    input_ids: _Tensor = "input_ids"
    attention_mask: _Tensor | None = None
    position_ids: _Tensor | None = None
    past_key_names: _Numbered | None = None
    past_value_names: _Numbered | None = None
    past_names: _Numbered | None = None
    past_sequence_length: _Tensor | None = None
    current_sequence_length: _Tensor | None = None
    total_sequence_length: _Tensor | None = None


class _Outputs(Strict):
    logits: _Tensor = "logits"
    present_key_names: _Numbered | None = None
    present_value_names: _Numbered | None = None
    present_names: _Numbered | None = None


class _SlidingWindow(Strict):
    window_size: _Count
    pad_value: int = Field(default=0, ge=-(2**31), lt=2**31)
    alignment: Literal["left", "right"] = "right"
    slide_key_value_cache: bool = True
    slide_inputs: bool = True
    layers: list[Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=list, max_length=1000)


class _SessionOptions(Strict):
    """What may stand there and is not used: how a session runs is the plan's. Everything else (operator libraries,
    profiles, precompiled contexts, other providers) is refused rather than dropped in silence."""

    log_id: str | None = None
    log_severity_level: int | None = None
    intra_op_num_threads: int | None = None
    inter_op_num_threads: int | None = None
    enable_cpu_mem_arena: bool | None = None
    enable_mem_pattern: bool | None = None
    graph_optimization_level: str | None = None
    use_env_allocators: bool | None = None
    provider_options: list[dict[Literal["cpu", "CPU", "CPUExecutionProvider"], dict[str, Any]]] = Field(
        default_factory=list, max_length=4
    )


class _Decoder(Strict):
    filename: str = Field(max_length=300)
    head_size: _Count
    hidden_size: _Count
    num_attention_heads: _Count
    num_hidden_layers: Annotated[int, Field(ge=1, le=1000)]
    num_key_value_heads: _Count
    inputs: _Inputs
    outputs: _Outputs
    sliding_window: _SlidingWindow | None = None
    session_options: _SessionOptions | None = None


class _Model(Strict):
    type: TYPES
    vocab_size: int = Field(ge=2, le=10_000_000)
    context_length: _Count
    decoder: _Decoder
    bos_token_id: _Ids = None
    eos_token_id: _Ids = None
    pad_token_id: _Ids = None
    sep_token_id: _Ids = None

    @model_validator(mode="after")
    def _end_is_in_the_vocabulary(self) -> Self:
        if not 0 <= self.end() < self.vocab_size:
            raise ValueError(f"eos_token_id {self.end()} is not below vocab_size {self.vocab_size}")
        return self

    def end(self) -> int:
        """The end token, 0 where there is none."""
        found = self.eos_token_id
        if isinstance(found, list):
            found = found[0] if found else None
        return 0 if found is None else found


def _only_the_shared_buffer(value: Any) -> Any:
    """Of the search settings one belongs to the model's graph; the others (sampling, beams) are the plan's."""
    if not isinstance(value, dict):
        return value
    return {key: value[key] for key in ("past_present_share_buffer",) if key in value}


class _Search(Strict):
    past_present_share_buffer: bool = False


class GenaiConfig(Strict):
    """A checked configuration."""

    model: _Model
    search: Annotated[_Search, BeforeValidator(_only_the_shared_buffer)] = Field(default_factory=_Search)

    def written(self, threads: int) -> bytes:
        """The configuration that the runtime gets: only what was checked, and the plan's threads."""
        model = self.model.model_dump(mode="json", exclude_none=True)
        for name in ("bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id"):
            model.pop(name, None)
        # None of them is met: prompts are token ids, and the end token is forbidden up to the plan's length.
        model |= {"bos_token_id": 0, "pad_token_id": 0, "eos_token_id": self.model.end()}
        model["decoder"]["session_options"] = {
            "intra_op_num_threads": threads,
            "inter_op_num_threads": 1,
            "log_severity_level": 4,
            "provider_options": [],
        }
        search = self.search.model_dump() | {"max_length": self.model.context_length}
        return json.dumps({"model": model, "search": search}).encode()


def read(path: Path, names: Collection[str]) -> GenaiConfig:
    """The configuration in `path`, of a package with these files. Raises Refused(genai_config | outside_package)."""
    if path.stat().st_size > MAX_BYTES:
        raise refuse("genai_config", key="-", problem=f"larger than {MAX_BYTES} bytes")
    try:
        config = GenaiConfig.model_validate_json(path.read_bytes())
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "-"
        raise refuse("genai_config", key=where, problem=first["msg"]) from None
    filename = config.model.decoder.filename
    if filename not in names or not filename.endswith(".onnx"):
        raise refuse("outside_package", file=NAME, where="model.decoder.filename", name=filename)
    return config

"""Numbers of the TFLite schema that the reader needs, and no more.

Source: schema.fbs, version 3 (github.com/google-ai-edge/LiteRT, tflite/converter/schema). The tests hold these
against the schema that the `ai-edge-litert` package ships.
"""

from __future__ import annotations

IDENTIFIER = b"TFL3"
VERSION = 3

_NAMES = """
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION
LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH
CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER
BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE
BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM
ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE
EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR
ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE
RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND
COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL
PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE
HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE
BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1
UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR
RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE
STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE
STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL
STABLEHLO_FLOOR STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER
STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE
STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA
STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE
DILATE STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT
STABLEHLO_CASE
"""
OPERATORS = tuple(_NAMES.split())
"""BuiltinOperator, in the order of its numbers."""


class Model:
    version, operator_codes, subgraphs, description, buffers, metadata_buffer, metadata, signatures = range(8)
    external_groups, external_buffers = 8, 9


class OperatorCode:
    old_builtin, custom, version, builtin = range(4)


class SubGraph:
    tensors, inputs, outputs, operators, name = range(5)


class Tensor:
    shape, type, buffer, name, quantization, is_variable, sparsity, shape_signature, has_rank = range(9)
    variants, external_buffer = 9, 10


class Operator:
    opcode, inputs, outputs, options_type, options, custom, custom_format, mutating, intermediates = range(9)
    large_custom_offset, large_custom_size, options2_type, options2 = 9, 10, 11, 12


class Quantization:
    min, max, scale, zero_point, details_type, details, dimension = range(7)


class BufferTable:
    data, offset, size = range(3)


class Metadata:
    name, buffer = range(2)


class Signature:
    inputs, outputs, key, subgraph = range(4)


class TensorMap:
    name, tensor = range(2)


# Name, bits of an element (None: no fixed width), precision of weights stored so. In the order of TensorType.
TYPES: tuple[tuple[str, int | None, str], ...] = (
    ("float", 32, "f32"),
    ("float16", 16, "f16"),
    ("int32", 32, "other"),
    ("uint8", 8, "int8"),
    ("int64", 64, "other"),
    ("string", None, "other"),
    ("bool", 8, "other"),
    ("int16", 16, "other"),
    ("complex64", 64, "other"),
    ("int8", 8, "int8"),
    ("double", 64, "f64"),
    ("complex128", 128, "other"),
    ("uint64", 64, "other"),
    ("resource", None, "other"),
    ("variant", None, "other"),
    ("uint32", 32, "other"),
    ("uint16", 16, "other"),
    ("int4", 4, "int4"),
    ("bfloat16", 16, "bf16"),
    ("int2", 2, "int2"),
    ("uint4", 4, "int4"),
    ("float8e4m3fn", 8, "f8"),
    ("float8e5m2", 8, "f8"),
)

# Operators that run other subgraphs: the options' number in its union, and which fields of them hold an index.
CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "CALL": (16, (0,)),
    "IF": (92, (0, 1)),
    "WHILE": (93, (0, 1)),
    "CALL_ONCE": (103, (0,)),
}
CALLS2: dict[str, tuple[int, tuple[int, ...]]] = {
    "STABLEHLO_REDUCE": (6, (1,)),
    "STABLEHLO_SCATTER": (7, (6,)),
    "STABLEHLO_REDUCE_WINDOW": (13, (5,)),
    "STABLEHLO_SORT": (14, (2,)),
    "STABLEHLO_WHILE": (15, (0, 1)),
    "STABLEHLO_COMPOSITE": (21, (1,)),
}
# This one holds a list of them, in its first field.
CASE, CASE_OPTIONS = "STABLEHLO_CASE", 23
BATCH_MATMUL_OPTIONS = 101

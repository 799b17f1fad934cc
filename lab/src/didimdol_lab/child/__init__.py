"""What runs inside the sandbox. Nothing here trusts the model; nothing outside trusts what this says.

Only the standard library, numpy, onnx and onnxruntime: no pydantic, so a child starts fast and small.
"""

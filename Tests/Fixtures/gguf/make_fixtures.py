"""Writes types.gguf and types.f32; see RECIPE.md."""
import os

import gguf
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"]
draw = numpy.random.default_rng(5)
writer = gguf.GGUFWriter(os.path.join(HERE, "types.gguf"), "llama")
expected = []
for name in TYPES:
    kind = gguf.GGMLQuantizationType[name]
    if name.endswith("_K"):
        # The package does not quantise these: random blocks, their float16 scales small numbers.
        size = gguf.GGML_QUANT_SIZES[kind][1]
        data = draw.integers(0, 256, (2, size), dtype=numpy.uint8)
        scales = draw.normal(0, 0.01, (2, 2)).astype(numpy.float16).view(numpy.uint8)
        if name == "Q6_K":
            data[:, -2:] = scales[:, :2]
        else:
            data[:, :4] = scales
    else:
        values = draw.normal(0, 1, (2, 256)).astype(numpy.float32)
        data = gguf.quants.quantize(values, kind)
    writer.add_tensor(name, data, raw_dtype=kind)
    expected.append(gguf.quants.dequantize(data, kind).astype("<f4").ravel())
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
numpy.concatenate(expected).tofile(os.path.join(HERE, "types.f32"))

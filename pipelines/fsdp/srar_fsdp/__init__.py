"""The policy update of srar on PyTorch: FSDP2, torchrun, transformers models."""

__version__ = "0.1.0"

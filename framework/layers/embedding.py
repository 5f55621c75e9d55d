"""The table of vectors."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from framework import init
from framework.derivatives import constant, gather, where
from framework.layers.arguments import refuse, run_dims
from framework.module import Module
from framework.variable import Parameter


class Embedding(Module):
    """The rows of a table at given indices, as torch.nn.Embedding.

    Args:
        num_embeddings: rows.
        embedding_dim: their length.
        padding_idx: a row that starts at zero and is not learned.

    Shapes: x (*) of int64 → (*, embedding_dim); weight (num_embeddings, embedding_dim), which
    starts as N(0, 1).

    Raises:
        ValueError: an index outside the table.
        TypeError: an input that is not of an integer dtype.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        refuse(self, max_norm=max_norm, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)
        refuse(self, _freeze=_freeze)
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(
                f"Embedding takes padding_idx within its {num_embeddings} rows, and got "
                f"{padding_idx}"
            )
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        if _weight is not None:
            self.weight = Parameter(_weight)
            return
        shape = (num_embeddings, embedding_dim)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values from torch's global generator."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            self.weight.data[..., self.padding_idx, :] = 0

    def forward(self, x: Any) -> Any:
        """Look the rows up."""
        index = constant(x)
        if index.is_floating_point() or index.dtype == torch.bool:
            raise TypeError(f"{self} takes indices of an integer dtype, and got {index.dtype}")
        rows = index.reshape(*index.shape[: run_dims(self)], -1, 1).long()
        try:
            found = gather(self.weight, -2, rows.expand(*rows.shape[:-1], self.embedding_dim))
        except (RuntimeError, IndexError):
            raise ValueError(
                f"{self} takes indices from 0 to {self.num_embeddings - 1}, and got some from "
                f"{index.min().item()} to {index.max().item()}"
            ) from None
        if self.padding_idx is not None:
            found = where(rows == self.padding_idx, constant(found), found)
        return found.reshape(*index.shape, self.embedding_dim)

    def extra_repr(self) -> str:
        """As torch's."""
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"

"""Elementary functions of every element."""

from __future__ import annotations

import torch

from framework.variable import Function

exp = Function("exp", torch.exp, lambda g, y, _: g * y)
log = Function("log", torch.log, lambda g, _, x: g / x)
log2 = Function("log2", torch.log2, lambda g, _, x: g / (x * 0.6931471805599453))
log10 = Function("log10", torch.log10, lambda g, _, x: g / (x * 2.302585092994046))
log1p = Function("log1p", torch.log1p, lambda g, _, x: g / (x + 1))
expm1 = Function("expm1", torch.expm1, lambda g, y, _: g * (y + 1))
sqrt = Function("sqrt", torch.sqrt, lambda g, y, _: g / (2 * y))
rsqrt = Function("rsqrt", torch.rsqrt, lambda g, y, _: g * (-0.5 * y * y * y))
sin: Function = Function("sin", torch.sin, lambda g, _, x: g * cos(x))
cos: Function = Function("cos", torch.cos, lambda g, _, x: -g * sin(x))
tan = Function("tan", torch.tan, lambda g, y, _: g * (1 + y * y))
asin = Function("asin", torch.asin, lambda g, _, x: g * rsqrt(1 - x * x))
acos = Function("acos", torch.acos, lambda g, _, x: -g * rsqrt(1 - x * x))
atan = Function("atan", torch.atan, lambda g, _, x: g / (x * x + 1))
sinh: Function = Function("sinh", torch.sinh, lambda g, _, x: g * cosh(x), elementwise_tail=True)
cosh: Function = Function("cosh", torch.cosh, lambda g, _, x: g * sinh(x), elementwise_tail=True)
erf = Function("erf", torch.erf, lambda g, _, x: g * (1.1283791670955126 * exp(-(x * x))))
absolute = Function("abs", torch.abs, lambda g, _, x: g * torch.sign(x))
sign = Function("sign", torch.sign, None)

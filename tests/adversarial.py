"""Texts of somebody who means harm or is out of measure, each with the kind of derivative that is asked for.

Contract: ADVERSARIAL maps a name to a text, or to a text and a kind. Whatever stands here must end soon, with a right
answer or one clear message.
"""

from __future__ import annotations

Asked = str | tuple[str, str]

ADVERSARIAL: dict[str, Asked] = {
    "brackets": "f(x) -> y\n  y = " + "(" * 5000 + "x" + ")" * 5000,
    "minus": "f(x) -> y\n  y = " + "-" * 5000 + "x",
    "nest exp": "f(x) -> y\n  y = " + "exp(" * 60 + "x" + ")" * 60,
    "nest sigmoid 25": "f(x) -> y\n  y = " + "sigmoid(" * 25 + "x" + ")" * 25,
    "power tower": "f(x) -> y\n  y = " + "**".join(["x"] * 30),
    "huge power": "f(x) -> y\n  y = x**999999999999",
    "huge number": "f(x) -> y\n  y = x*" + "9" * 100000,
    "1e999999": "f(x) -> y\n  y = x*1e999999999",
    "const tower": "f(x) -> y\n  y = x + 9**9**9**9",
    "wide sum": "f(x[n])->y\n  y = " + "+".join(f"x[{k}]" for k in range(400)),
    "wide product": "f(x) -> y\n  y = " + "*".join(f"(x+{k})" for k in range(300)),
    "8 indices": "f(x[a, b, c, d, e, g, h, k]) -> y\n"
    "  y = sum(i, sum(j, sum(l, sum(m, sum(n, sum(o, sum(p, sum(q, x[i, j, l, m, n, o, p, q]))))))))",
    "300 equations": "f(x) -> y\n"
    + "\n".join(f"  a{k} = sin({'x' if k == 0 else f'a{k - 1}'})" for k in range(300))
    + "\n  y = a299",
    "chain hessian 40": (
        "f(x[n])->y\n"
        + "\n".join(f"  a{k}[i] = tanh({'x[i]' if k == 0 else f'a{k - 1}[i]'})" for k in range(40))
        + "\n  y = sum(i, a39[i])",
        "hessian",
    ),
    "size 10000 each": "f(x[10000,10000,10000])->y\n  y = sum(i,sum(j,sum(k,x[i,j,k])))",
    "position": "f(x[n])->y\n  y = x[999999999]",
    "recursion": "f(x) -> y\n  y = f(x)",
    "mutual": "f(x) -> y\n  y = g(x)\ng(x) -> y\n  y = f(x)",
    "doubling helpers": "\n".join(
        f"h{k}(x) -> y\n  y = {f'h{k - 1}(x)*h{k - 1}(x+1)' if k else 'x'}" for k in range(30)
    ),
    "fork equations": "f(x) -> y\n"
    + "\n".join(f"  a{k} = {f'a{k - 1}*a{k - 1}+a{k - 1}' if k else 'x'}" for k in range(40))
    + "\n  y = a39",
    "import": "f(x) -> y\n  y = __import__('os')",
    "dunder": "f(x) -> y\n  y = x.__class__",
    "open": "f(x) -> y\n  y = open(x)",
    "names python": "lambda(x) -> y\n  y = x",
    "unicode": "f(х)->y\n  y = x",
    "null": "f(x) -> y\n  y = x\0",
    "rtl": "f(x) -> y\n  y = x\u202e",
    "emoji": "😀(x) -> y\n  y = x",
    "long name": "f(" + "a" * 100000 + ")->y\n  y = " + "a" * 100000,
    "where nest": "f(x) -> y\n  y = " + "".join(f"where(x < {k}, {k}*x, " for k in range(80)) + "x" + ")" * 80,
    "max nest": "f(x[n])->y\n  y = max(i, max(j, max(k, x[i]*x[j]*x[k])))",
    "prod prod hessian": ("f(x[n])->y\n  y = prod(i, prod(j, x[i]+x[j]))", "hessian"),
    "lse chain hessian": ("f(x[n])->y\n  y = logsumexp(i, logsumexp(j, x[i]*x[j])*x[i])", "hessian"),
    "many inputs": "f("
    + ",".join(f"x{k}" for k in range(300))
    + ")->y\n  y = "
    + "*".join(f"x{k}" for k in range(300)),
    "poly**40": "f(x,y,z)->w\n  w = (x+y+z)**40/(x-y+z)**30",
    "sqrt tower": "f(x) -> y\n  y = " + "sqrt(1+" * 40 + "x" + ")" * 40,
    "blank": "",
    "spaces": " " * 100_000,
    "lines": "\n" * 100_000,
    "arrows": "->" * 1000,
    "eval": "f(x) -> y\n  y = eval(x)",
    "a call of a call": "f(x) -> y\n  y = exp(x)(x)",
    "a lambda": "f(x) -> y\n  y = lambda x: x",
    "a string": "f(x) -> y\n  y = 'x'",
    "a format": "f(x) -> y\n  y = {0.__class__}",
    "a comprehension": "f(x) -> y\n  y = sum(i for i in x)",
    "a path": "f(x) -> y\n  y = ../../etc/passwd",
    "a TeX command": "f(x) -> y\n  y = \\\\input{/etc/passwd}",
    "markup": "f(<b>) -> y\n  y = <b>",
    "a comment of another language": "f(x) -> y\n  y = x /* x */",
    "a semicolon": "f(x) -> y; import os\n  y = x",
    "half a definition": "f(x) ->",
    "a name twice": "f(x, x) -> y\n  y = x",
    "an output that is an input": "f(x) -> x\n  x = x",
    "a negative position": "f(x[n]) -> y\n  y = x[-1]",
    "a fractional position": "f(x[n]) -> y\n  y = x[1.5]",
    "division by zero": "f(x) -> y\n  y = x/0",
    "zero to the power zero": "f(x) -> y\n  y = x*0**0",
    "the logarithm of zero": "f(x) -> y\n  y = x*log(0)",
    "infinity": "f(x) -> y\n  y = x*inf",
}

"""The training steps of `task bench` in JAX: the same layers, sizes and loss as torch_twin.py beside it, jitted, to be timed
beside ours.

Reads requests and gives answers as that file does. Weights and data come from a file (safetensors, float32) with the names of the PyTorch
twin. Facts of the models: `npt/model` of the official code of SPIN; sections 1 and 2.1 of the IPNP paper's code.
"""
import time

STARTED = time.perf_counter()

import json
import math

import numpy as np

import jax
import jax.numpy as jnp

from twin_loop import serve

LOADING = time.perf_counter() - STARTED


def read_tensors(path):
    """Name to float32 array, out of a safetensors file."""
    with open(path, "rb") as file:
        raw = file.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(raw[start + e["data_offsets"][0] : start + e["data_offsets"][1]], np.float32).reshape(e["shape"])
        for name, e in header.items()
    }


def linear(p, name, x):
    y = x @ p[f"{name}.weight"].T
    return y + p[f"{name}.bias"] if f"{name}.bias" in p else y


def norm(p, name, x, eps):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + eps) * p[f"{name}.weight"] + p[f"{name}.bias"]


def split(z, heads):
    return z.reshape(*z.shape[:-1], heads, -1).swapaxes(1, 2)


def joined(z):
    z = z.swapaxes(1, 2)
    return z.reshape(*z.shape[:-2], -1)


class Dropout:
    """Draws a mask of its own at each place of the program."""

    def __init__(self, key, rate):
        self.key, self.rate = key, rate

    def __call__(self, x):
        if self.rate == 0:
            return x
        self.key, key = jax.random.split(self.key)
        return jnp.where(jax.random.bernoulli(key, 1 - self.rate, x.shape), x / (1 - self.rate), 0)


def mab(p, name, x, y, heads, drop):
    """Queries from LayerNorm(x), keys and values from the raw y, projected residual."""
    key = p[f"{name}.k.weight"].shape[1]
    q = split(linear(p, f"{name}.q", norm(p, f"{name}.ln0", x, 1e-12)), heads)
    k, v = split(linear(p, f"{name}.k", y), heads), split(linear(p, f"{name}.v", y), heads)
    a = drop(jax.nn.softmax(q @ k.swapaxes(-1, -2) / math.sqrt(key), -1))
    u = drop(linear(p, f"{name}.mix", joined(a @ v))) + linear(p, f"{name}.res", x)
    hidden = drop(jax.nn.gelu(linear(p, f"{name}.rff.0", norm(p, f"{name}.ln1", u, 1e-12)), approximate=False))
    return u + drop(linear(p, f"{name}.rff.3", hidden))


def table(p, cells, key, c):
    """Embedding, one of the cores, and heads: what each column is predicted from."""
    e, d, n, heads, f = c["embedding"], len(c["columns"]), c["rows"], c["heads"], c["f"]
    drop = Dropout(key, c["dropout"])
    kinds = np.array([int(k > 0) for k in c["columns"]])
    x = jnp.stack([linear(p, f"inp.{j}", cell) for j, cell in enumerate(cells)], 1)
    # Columns of one kind alone need no embedding of it.
    of_kind = p["kind.weight"][kinds] if "kind.weight" in p else 0
    x = drop(x + of_kind + p["index.weight"])

    def block(name, x, y):
        return mab(p, name, x, y, heads, drop)

    if c["model"] == "npt":
        for i in range(c["depth"] // 2):
            x = x.reshape(1, n, d * e)
            x = block(f"rows.{i}", x, x).reshape(n, d, e)
            x = block(f"attributes.{i}", x, x)
    elif c["model"] == "set-transformer":
        for i in range(c["depth"]):
            z = x.reshape(1, n, d * e) if i % 2 == 0 else x
            points = jnp.broadcast_to(p[f"points.{i}"], (len(z), *p[f"points.{i}"].shape[1:]))
            x = block(f"spread.{i}", z, block(f"gather.{i}", points, z)).reshape(n, d, e)
    else:
        ha, hd = linear(p, "to_ha", x.swapaxes(1, 2)).swapaxes(1, 2), p["hd"]
        for i in range(c["depth"] // 2):
            ha = block(f"xaba.{i}", ha, x)
            ha = block(f"abla.{i}", ha, ha)
            hd = block(f"xabd.{i}", hd, ha.reshape(1, n, f * e))
        x = block("own", x, ha)
        if c["predictor"] == "flat":
            x = block("query", x.reshape(1, n, d * e), hd).reshape(n, d, e)
        else:
            x = block("query", x.reshape(1, n * d, e), hd.reshape(1, -1, e)).reshape(n, d, e)
    x = drop(x)
    return [linear(p, f"out.{j}", x[:, j]) for j in range(d)]


def table_loss(p, data, key, c):
    truth = [data[f"cells.{j}"] for j in range(len(c["columns"]))]
    cells = [jnp.concatenate([t, jnp.zeros((len(t), 1))], 1) for t in truth]
    loss = 0.0
    for k, t, o in zip(c["columns"], truth, table(p, cells, key, c)):
        loss = loss + (-(jax.nn.log_softmax(o, -1) * t).sum() if k else ((o - t) ** 2).sum())
    return loss / (len(truth[0]) * len(truth))


def attention(p, name, x, y, features=False, heads=8):
    """Multi-head attention with the projected query as residual and two layer norms."""
    projected = linear(p, f"{name}.fc_q", x)
    q, k, v = split(projected, heads), split(linear(p, f"{name}.fc_k", y), heads), split(linear(p, f"{name}.fc_v", y), heads)
    scale = 1 / math.sqrt(x.shape[-1])
    if features:
        read = (jax.nn.softmax(q.swapaxes(-1, -2) @ k * scale, -1) @ v.swapaxes(-1, -2)).swapaxes(-1, -2)
    else:
        read = jax.nn.softmax(q @ k.swapaxes(-1, -2) * scale, -1) @ v
    o = norm(p, f"{name}.ln1", projected + joined(read), 1e-5)
    return norm(p, f"{name}.ln2", o + jax.nn.relu(linear(p, f"{name}.fc_out", o)), 1e-5)


def two_layers(p, name, x):
    return linear(p, f"{name}.2", jax.nn.relu(linear(p, f"{name}.0", x)))


def spin(p, name, x):
    points = jnp.broadcast_to(p[f"{name}.H_D"], (len(x), *p[f"{name}.H_D"].shape[1:]))
    points = attention(p, f"{name}.spin_blocks.0.xabd.data_xattn", points, x)
    return attention(p, f"{name}.spin_blocks.0.abla_induce.attr_attn", points, points, features=True)


def latent(p, x, y):
    hidden = jax.nn.relu(two_layers(p, "lenc.net_pre.0", jnp.concatenate([x, y], -1)))
    mean, raw = jnp.split(two_layers(p, "lenc.net_post", spin(p, "lenc.net_pre.2", hidden).mean(1)), 2, -1)
    return mean, 0.1 + 0.9 * jax.nn.sigmoid(raw)


def process_loss(p, data, _, c):
    """The loss of the single-sample bound."""
    x, y, noise = data["points.x"], data["points.y"], data["points.noise"]
    xc, yc = x[:, : c["context"]], y[:, : c["context"]]
    (pm, ps), (qm, qs) = latent(p, xc, yc), latent(p, x, y)
    points = spin(p, "denc.spin", two_layers(p, "denc.net_v", jnp.concatenate([xc, yc], -1)))
    encoded = attention(p, "denc.attn", two_layers(p, "denc.net_q", x), points)
    z = jnp.broadcast_to((qm + noise * qs)[:, None], (*x.shape[:2], qm.shape[-1]))
    hidden = jax.nn.relu(linear(p, "dec.fc", jnp.concatenate([encoded, z, x], -1)))
    mean, raw = jnp.split(linear(p, "dec.mlp.3", jax.nn.relu(linear(p, "dec.mlp.1", hidden))), 2, -1)
    sd = 0.1 + 0.9 * jax.nn.softplus(raw)
    log_prob = -((y - mean) ** 2) / (2 * sd**2) - jnp.log(sd) - 0.5 * math.log(2 * math.pi)
    ratio = (qs / ps) ** 2
    divergence = 0.5 * (ratio + ((qm - pm) / ps) ** 2 - 1 - jnp.log(ratio))
    return divergence.sum(-1).mean() / x.shape[1] - log_prob.sum(-1).mean()


def adam(p, m, v, gradients, count):
    """As torch.optim.Adam has it, rate 1e-3."""
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    a, b = 1 - 0.9**count, 1 - 0.999**count
    p = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / a) / (jnp.sqrt(v / b) + 1e-8), p, m, v)
    return p, m, v


class Step:
    """A model with its data and optimiser, as one compiled program that writes over its own weights."""

    def __init__(self, c, weights):
        tensors = read_tensors(weights)
        given = "cells." if c["kind"] == "table" else "points."
        self.data = {name: jnp.asarray(t) for name, t in tensors.items() if name.startswith(given)}
        p = {name: jnp.asarray(t) for name, t in tensors.items() if not name.startswith(given)}
        self.parameters = sum(t.size for t in p.values())
        self.state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p))
        self.count, self.seed, self.compiled, self.compiling = 0, c["seed"], None, 0.0
        loss_of = table_loss if c["kind"] == "table" else process_loss

        def step(state, data, count):
            key = jax.random.fold_in(jax.random.key(self.seed), count)
            loss, gradients = jax.value_and_grad(loss_of)(state[0], data, key, c)
            return adam(*state, gradients, count.astype(jnp.float32)), loss

        self.step = jax.jit(step, donate_argnums=0)

    def run(self):
        self.count += 1
        count = jnp.int32(self.count)
        if self.compiled is None:
            start = time.perf_counter()
            self.compiled = self.step.lower(self.state, self.data, count).compile()
            self.compiling = time.perf_counter() - start
        self.state, loss = self.compiled(self.state, self.data, count)
        return float(loss)

    def facts(self):
        found, memory = self.compiled and self.compiled.memory_analysis(), None
        if found:
            temporary = found.temp_size_in_bytes
            memory = {"temporary": temporary, "peak": getattr(found, "peak_memory_in_bytes", 0) or temporary}
        return {"compileSeconds": self.compiling, "programs": 1, "memory": memory}


def start(request):
    device = jax.devices("gpu" if request["device"] == "cuda" else "cpu")[0]
    jax.config.update("jax_default_device", device)
    step = Step(request["config"], request["weights"])
    return step, {
        "jax": jax.__version__,
        "device": device.device_kind,
        "threads": request["threads"],
        "parameters": step.parameters,
    }


serve(start, LOADING)

"""The training steps of `task bench` in plain PyTorch: the same layers, sizes and loss, eager, to be timed beside ours.

Runs on the device that it is told, cpu or cuda. Reads requests and gives answers, both as lines of JSON, with the names of worker.ts in this folder. A file of weights and
cells (safetensors, float32) can be given, so that losses can be compared with ours.
Facts of the models: `npt/model` of the official code of SPIN.
"""
import time

STARTED = time.perf_counter()

import json
import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

from torch_ipnp import IPNP
from twin_loop import serve


LOADING = time.perf_counter() - STARTED


class MAB(nn.Module):
    """Multi-head attention block: queries from LayerNorm(x), keys and values from the raw y, projected residual."""

    def __init__(self, query, key, inner, out, heads, dropout):
        super().__init__()
        self.heads, self.scale = heads, 1 / math.sqrt(key)
        self.q, self.k, self.v = nn.Linear(query, inner), nn.Linear(key, inner), nn.Linear(key, inner)
        self.mix, self.res = nn.Linear(inner, out), nn.Linear(query, out)
        self.ln0, self.ln1 = nn.LayerNorm(query, eps=1e-12), nn.LayerNorm(out, eps=1e-12)
        self.drop = nn.Dropout(dropout)
        self.rff = nn.Sequential(
            nn.Linear(out, 4 * out), nn.GELU(), nn.Dropout(dropout), nn.Linear(4 * out, out), nn.Dropout(dropout)
        )

    def forward(self, x, y):
        def split(z):
            return z.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q, k, v = split(self.q(self.ln0(x))), split(self.k(y)), split(self.v(y))
        a = self.drop(torch.softmax(q @ k.transpose(-1, -2) * self.scale, -1))
        u = self.drop(self.mix((a @ v).transpose(1, 2).flatten(-2))) + self.res(x)
        return u + self.rff(self.ln1(u))


class Table(nn.Module):
    """Embedding, one of the cores, and heads; columns are (classes or 0 for a numeric one)."""

    def __init__(self, c):
        super().__init__()
        e, heads, p = c["embedding"], c["heads"], c["dropout"]
        self.c, d = c, len(c["columns"])
        self.inp = nn.ModuleList(nn.Linear((k or 1) + 1, e) for k in c["columns"])
        self.out = nn.ModuleList(nn.Linear(e, k or 1) for k in c["columns"])
        # Columns of one kind alone need no embedding of it.
        self.kind = nn.Embedding(2, e) if len({k > 0 for k in c["columns"]}) > 1 else None
        self.index = nn.Embedding(d, e)
        self.drop = nn.Dropout(p)
        self.register_buffer("kinds", torch.tensor([int(k > 0) for k in c["columns"]]), persistent=False)
        pairs = c["depth"] // 2

        def block(width):
            return nn.ModuleList(MAB(width, width, width, width, heads, p) for _ in range(pairs))

        if c["model"] == "npt":
            self.rows, self.attributes = block(d * e), block(e)
        elif c["model"] == "set-transformer":
            widths = [d * e if i % 2 == 0 else e for i in range(c["depth"])]
            counts = [c["h"] if i % 2 == 0 else c["f"] for i in range(c["depth"])]
            self.points = nn.ParameterList(torch.randn(1, k, w) * 0.03 for k, w in zip(counts, widths))
            self.gather = nn.ModuleList(MAB(w, w, w, w, heads, p) for w in widths)
            self.spread = nn.ModuleList(MAB(w, w, w, w, heads, p) for w in widths)
        else:
            f, h = c["f"], c["h"]
            self.to_ha = nn.Linear(d, f)
            self.hd = nn.Parameter(torch.randn(1, h, f * e) * 0.03)
            self.xaba, self.abla, self.xabd = block(e), block(e), block(f * e)
            self.own = MAB(e, e, e, e, heads, p)
            flat = c["predictor"] == "flat"
            self.query = MAB(d * e, f * e, d * e, d * e, heads, p) if flat else MAB(e, e, e, e, heads, p)

    def forward(self, cells):
        e, d, n = self.c["embedding"], len(self.c["columns"]), cells[0].shape[0]
        x = torch.stack([layer(cell) for layer, cell in zip(self.inp, cells)], 1)
        kinds = 0 if self.kind is None else self.kind(self.kinds)
        x = self.drop(x + kinds + self.index.weight)
        if self.c["model"] == "npt":
            for rows, attributes in zip(self.rows, self.attributes):
                x = x.reshape(1, n, d * e)
                x = rows(x, x).reshape(n, d, e)
                x = attributes(x, x)
        elif self.c["model"] == "set-transformer":
            for i, (points, gather, spread) in enumerate(zip(self.points, self.gather, self.spread)):
                z = x.reshape(1, n, d * e) if i % 2 == 0 else x
                x = spread(z, gather(points.expand(z.shape[0], -1, -1), z)).reshape(n, d, e)
        else:
            f = self.c["f"]
            ha = self.to_ha(x.transpose(1, 2)).transpose(1, 2)
            hd = self.hd
            for xaba, abla, xabd in zip(self.xaba, self.abla, self.xabd):
                ha = xaba(ha, x)
                ha = abla(ha, ha)
                hd = xabd(hd, ha.reshape(1, n, f * e))
            x = self.own(x, ha)
            if self.c["predictor"] == "flat":
                x = self.query(x.reshape(1, n, d * e), hd).reshape(n, d, e)
            else:
                x = self.query(x.reshape(1, n * d, e), hd.reshape(1, -1, e)).reshape(n, d, e)
        x = self.drop(x)
        return [layer(x[:, j]) for j, layer in enumerate(self.out)]


def read_tensors(path):
    """Name to float32 tensor on the default device, out of a safetensors file."""
    with open(path, "rb") as file:
        raw = file.read()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(
            bytearray(raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]), dtype=torch.float32
        ).reshape(entry["shape"]).to(torch.get_default_device())
        for name, entry in header.items()
    }


class Step:
    def facts(self):
        return {"compileSeconds": 0, "programs": 0, "memory": None}


class TableStep(Step):
    """One table model with its data and optimiser."""

    def __init__(self, c, weights):
        n, self.columns, self.model = c["rows"], c["columns"], Table(c)
        if weights:
            tensors = read_tensors(weights)
            self.truth = [tensors.pop(f"cells.{j}") for j in range(len(self.columns))]
            self.model.load_state_dict(tensors)
        else:
            self.truth = [
                F.one_hot(torch.randint(k, (n,)), k).float() if k else torch.randn(n, 1) for k in self.columns
            ]
        self.cells = [torch.cat([t, torch.zeros(n, 1)], 1) for t in self.truth]
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def run(self):
        self.optimizer.zero_grad()
        loss = 0.0
        for k, t, o in zip(self.columns, self.truth, self.model(self.cells)):
            loss = loss + (-(F.log_softmax(o, -1) * t).sum() if k else F.mse_loss(o, t, reduction="sum"))
        loss = loss / (len(self.truth[0]) * len(self.columns))
        loss.backward()
        self.optimizer.step()
        return loss.item()


def whole(job):
    """A whole job: its steps, and its looks at the validation rows and the test, each a pass without gradients."""
    step = TableStep(job["config"], None)
    rows = {n: TableStep({**job["config"], "rows": n}, None).cells for n in {job["looked"], job["tested"]}}

    def look(n):
        step.model.eval()
        with torch.no_grad():
            step.model(rows[n])
        step.model.train()

    for at in range(1, job["steps"] + 1):
        step.run()
        if at % job["every"] == 0 or at == job["steps"]:
            look(job["looked"])
    look(job["tested"])


class ProcessStep(Step):
    """IPNP with its tasks and optimiser."""

    def __init__(self, c, weights):
        self.context, b, n = c["context"], c["batch"], c["context"] + c["targets"]
        self.model = IPNP(c["width"], c["induce"])
        if weights:
            tensors = read_tensors(weights)
            self.x, self.y, self.noise = (tensors.pop(f"points.{name}") for name in ("x", "y", "noise"))
            self.model.load_state_dict(tensors)
        else:
            self.x = torch.rand(b, n, 1) * 4 - 2
            self.y, self.noise = torch.sin(3 * self.x), torch.randn(b, c["width"])
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3)

    def run(self):
        self.optimizer.zero_grad()
        loss = self.model(self.x, self.y, self.context, self.noise)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def start(request):
    torch.set_num_threads(request["threads"])
    torch.set_default_device(request["device"])
    torch.manual_seed(0)
    kind = TableStep if request["config"]["kind"] == "table" else ProcessStep
    step = kind(request["config"], request.get("weights"))
    count = sum(p.numel() for p in step.model.parameters())
    if request.get("compiled"):
        step.model = torch.compile(step.model)
    return step, {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name() if request["device"] == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "parameters": count,
    }


if len(sys.argv) > 1:
    given = json.loads(sys.argv[1])
    torch.set_num_threads(given["threads"])
    torch.set_default_device(given["device"])
    whole(given)
else:
    serve(start, LOADING)

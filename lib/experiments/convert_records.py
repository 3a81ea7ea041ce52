"""Turns records of format 1 into format 2: what stood in the names of metrics goes to typed details."""
import json, re, sys
from pathlib import Path


def curve(metrics):
    points = {}
    for name in [n for n in metrics if "@" in n]:
        what, step = name.split("@")
        points.setdefault(int(step), {"step": int(step)})[what] = metrics.pop(name)
    tests = {}
    for name in [n for n in metrics if " " in n and n != "target error"]:
        kernel, what = name.split(" ", 1)
        tests.setdefault(kernel, {})["error" if what == "target error" else what] = metrics.pop(name)
    if "target error" in metrics:
        metrics["error"] = metrics.pop("target error")
    return {"curve": [points[s] for s in sorted(points)], "tests": tests}


def bins(metrics):
    found = {}
    for name in [n for n in metrics if n.startswith("bin")]:
        at, what = name[3:].split(" ")
        found.setdefault(int(at), {})[what] = metrics.pop(name)
    return {"bins": [found[b] for b in sorted(found)]}


def cohort(metrics):
    return {"bins": [metrics.pop(f"bin{b}") for b in range(3)]}


def many(metrics):
    details = {"seen": [], "unseen": []}
    for part in details:
        for name in [n for n in metrics if re.fullmatch(part + " .+ r2", n)]:
            window = name[len(part) + 1:-3]
            details[part].append({"name": window, "r2": metrics.pop(name), "frequency": metrics.pop(f"{part} {window} frequency")})
    return details


def synthetic(metrics):
    looks = {}
    for name in [n for n in metrics if "@" in n]:
        what, step = name.rsplit("@", 1)
        look = looks.setdefault(int(step), {"step": int(step), "shares": None, "map": None})
        value = metrics.pop(name)
        if what.startswith("latent "):
            look["shares"] = (look["shares"] or []) + [value]
        elif what.startswith("map "):
            latent = int(what.split(" ")[1])
            look["map"] = look["map"] or []
            while len(look["map"]) < latent:
                look["map"].append([])
            look["map"][latent - 1].append(value)
        else:
            look["encoderOff" if what == "encoder off" else what] = value
    return {"evaluations": [looks[s] for s in sorted(looks)]}


def table_attention(metrics):
    blocks = {}
    for name in [n for n in metrics if "@" in n]:
        what, block = name.rsplit("@", 1)
        own = blocks.setdefault(int(block), {"map": [], "centres": []})
        value = metrics.pop(name)
        if what.startswith("centre "):
            own["centres"].append(value)
        else:
            latent = int(what.split(" ")[1])
            while len(own["map"]) < latent:
                own["map"].append([])
            own["map"][latent - 1].append(value)
    return {"blocks": [blocks[b] for b in sorted(blocks)]}


def contexts(metrics):
    points = {}
    for name in [n for n in metrics if "@" in n]:
        what, context = name.split("@")
        points.setdefault(int(context), {"context": int(context)})[what] = metrics.pop(name)
    return {"contexts": [points[c] for c in sorted(points)]}


KINDS = {
    "gp": curve, "images": curve, "functions": curve, "imputation": bins, "cohort": cohort,
    "imputation-many": many, "synthetic-attention": synthetic, "table-attention": table_attention,
    "large-contexts": contexts,
}

for path in map(Path, sys.argv[1:]):
    record = json.loads(path.read_text())
    if record["format"] != 1:
        continue
    details = KINDS.get(record["experiment"], lambda _: {})(record["metrics"])
    record["format"] = 2
    record = {k: v for key, value in record.items()
              for k, v in ([(key, value), ("details", details)] if key == "metrics" else [(key, value)])}
    path.write_text(json.dumps(record, separators=(",", ":"), ensure_ascii=False) + "\n")

"""The inducing-point neural process of `task bench` in plain PyTorch, layer by layer as the reference describes it
(sections 1 and 2.1 of the IPNP paper's code): latent path, ABLA on the inducing points, no H_A, one sample."""
import math

import torch
from torch import nn
from torch.nn import functional as F


def mlp(dim_in, hidden, dim_out, depth):
    sizes = [dim_in] + [hidden] * (max(2, depth) - 1) + [dim_out]
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Attention(nn.Module):
    """Multi-head attention with the projected query as residual and two layer norms."""

    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads, self.scale = heads, 1 / math.sqrt(dim)
        self.fc_q, self.fc_k, self.fc_v = (nn.Linear(dim, dim, bias=False) for _ in range(3))
        self.fc_out = nn.Linear(dim, dim)
        self.ln1, self.ln2 = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, x, y, features=False):
        def split(z):
            return z.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        projected = self.fc_q(x)
        q, k, v = split(projected), split(self.fc_k(y)), split(self.fc_v(y))
        if features:
            a = torch.softmax(q.transpose(-1, -2) @ k * self.scale, -1)
            read = (a @ v.transpose(-1, -2)).transpose(-1, -2)
        else:
            read = torch.softmax(q @ k.transpose(-1, -2) * self.scale, -1) @ v
        o = self.ln1(projected + read.transpose(1, 2).flatten(-2))
        return self.ln2(o + torch.relu(self.fc_out(o)))


class Named(nn.Module):
    """One attention under the name that the reference gives it."""

    def __init__(self, name, dim):
        super().__init__()
        self.add_module(name, Attention(dim))

    def forward(self, *args, **kwargs):
        return next(self.children())(*args, **kwargs)


class SpinBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.xabd, self.abla_induce = Named("data_xattn", dim), Named("attr_attn", dim)

    def forward(self, x, points):
        points = self.xabd(points, x)
        return self.abla_induce(points, points, features=True)


class Spin(nn.Module):
    def __init__(self, dim, induce):
        super().__init__()
        self.H_D = nn.Parameter((torch.rand(1, induce, dim) * 2 - 1) * math.sqrt(6 / ((induce + 1) * dim)))
        self.spin_blocks = nn.ModuleList([SpinBlock(dim)])

    def forward(self, x):
        points = self.H_D.expand(len(x), -1, -1)
        for block in self.spin_blocks:
            points = block(x, points)
        return points


class Deterministic(nn.Module):
    def __init__(self, width, induce):
        super().__init__()
        self.net_v, self.spin = mlp(2, width, width, 2), Spin(width, induce)
        self.net_q, self.attn = mlp(1, width, width, 2), Attention(width)

    def forward(self, xc, yc, x):
        return self.attn(self.net_q(x), self.spin(self.net_v(torch.cat([xc, yc], -1))))


class Latent(nn.Module):
    def __init__(self, width, induce):
        super().__init__()
        self.net_pre = nn.Sequential(mlp(2, width, width, 2), nn.ReLU(), Spin(width, induce))
        self.net_post = mlp(width, width, 2 * width, 2)

    def forward(self, x, y):
        mean, raw = self.net_post(self.net_pre(torch.cat([x, y], -1)).mean(1)).chunk(2, -1)
        return torch.distributions.Normal(mean, 0.1 + 0.9 * torch.sigmoid(raw))


class Decoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(2 * width + 1, width)
        self.mlp = nn.Sequential(nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 2))

    def forward(self, encoded, x):
        mean, raw = self.mlp(self.fc(torch.cat([encoded, x], -1))).chunk(2, -1)
        return torch.distributions.Normal(mean, 0.1 + 0.9 * F.softplus(raw))


class IPNP(nn.Module):
    """Of dim_x = dim_y = 1; returns the loss of the single-sample bound."""

    def __init__(self, width, induce):
        super().__init__()
        self.denc, self.lenc, self.dec = Deterministic(width, induce), Latent(width, induce), Decoder(width)

    def forward(self, x, y, context, noise):
        xc, yc = x[:, :context], y[:, :context]
        prior, posterior = self.lenc(xc, yc), self.lenc(x, y)
        z = posterior.mean + noise * posterior.stddev
        encoded = self.denc(xc, yc, x)
        repeated = z.unsqueeze(-2).expand(-1, x.shape[1], -1)
        predicted = self.dec(torch.cat([encoded, repeated], -1), x)
        divergence = torch.distributions.kl_divergence(posterior, prior).sum(-1).mean() / x.shape[1]
        return divergence - predicted.log_prob(y).sum(-1).mean()

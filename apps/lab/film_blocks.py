"""Blocks of the findings of a film, and how films are moved in training. Shapes stand at line ends.

References: Dalal and Triggs 2005 (histograms of oriented gradients); He et al. 2016 (residual networks).
"""
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FINDINGS = ["Abnormal", "Pneumonia", "Infiltration", "Consolidation", "Effusion", "Edema", "Atelectasis", "Cardiomegaly"]


def standardised(x):  # [batch, 1, h, w]
    return (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True) + 1)


class Gradients(nn.Module):
    """Oriented gradients as convolutions and pooling, so that the graph computes what the lab fitted. Grey values in, one row of features out."""

    def __init__(self, orientations: int = 8):
        super().__init__()
        angle = torch.arange(orientations) * 2 * np.pi / orientations
        kernel = torch.zeros(orientations, 1, 3, 3)
        kernel[:, 0, 1, 2], kernel[:, 0, 1, 0] = torch.cos(angle), -torch.cos(angle)
        kernel[:, 0, 2, 1], kernel[:, 0, 0, 1] = torch.sin(angle), -torch.sin(angle)
        self.register_buffer("kernel", kernel)
        self.register_buffer("axes", kernel[[0, orientations // 4]])

    def cells(self, x, cell: int):  # [batch, 1, h, w]
        steep = F.conv2d(x, self.axes, padding=1).pow(2).sum(1, keepdim=True)  # [batch, 1, h, w]
        along = F.relu(F.conv2d(x, self.kernel, padding=1)).pow(2) / (steep.sqrt() + 1e-3)  # [batch, 8, h, w]
        cells = F.avg_pool2d(along, cell)
        around = F.avg_pool2d(cells.pow(2).sum(1, keepdim=True), 3, 1, 1, count_include_pad=False).sqrt()
        return (cells / (around + 0.1)).clamp(max=0.6).flatten(1)

    def forward(self, image):  # [batch, 1, 128, 128]
        x = standardised(image)
        half, quarter = F.avg_pool2d(x, 2), F.avg_pool2d(x, 4)
        near = F.avg_pool2d(quarter, 9, 1, 4, count_include_pad=False)
        spread = F.avg_pool2d((quarter - near) ** 2, 9, 1, 4, count_include_pad=False).sqrt()
        local = (quarter - near) / (spread + 0.15)
        return [self.cells(x, 8), self.cells(half, 8), self.cells(half, 4), quarter.flatten(1), local.flatten(1)]  # blocks of features


class Residual(nn.Module):
    def __init__(self, channels: int, out: int):
        super().__init__()
        self.first, self.norm1 = nn.Conv2d(channels, out, 3, 2, 1, bias=False), nn.BatchNorm2d(out)
        self.second, self.norm2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.skip = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.norm2(self.second(F.relu(self.norm1(self.first(x))))) + self.skip(x))


class Network(nn.Module):
    """Narrow residual network on 64 pixels: grey values standardised by film, and by neighbourhood."""

    def __init__(self, channels=(16, 32, 64, 96)):
        super().__init__()
        a, b, c, d = channels
        self.stem = nn.Sequential(nn.Conv2d(2, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a), nn.ReLU())  # 32 x 32
        self.body = nn.Sequential(Residual(a, b), Residual(b, c), Residual(c, d))  # 4 x 4
        self.drop, self.head = nn.Dropout(0.4), nn.Linear(d, len(FINDINGS))

    def forward(self, image):  # [batch, 1, 128, 128]
        x = F.avg_pool2d(image, 2)
        near = F.avg_pool2d(x, 9, 1, 4, count_include_pad=False)
        spread = F.avg_pool2d((x - near) ** 2, 9, 1, 4, count_include_pad=False).sqrt()
        x = torch.cat([standardised(x).clamp(-3, 3), ((x - near) / (spread + 4)).clamp(-3, 3)], 1)  # [batch, 2, 64, 64]
        return self.head(self.drop(self.body(self.stem(x)).mean((2, 3))))  # [batch, findings]


class Served(nn.Module):
    """What ships: both ways of looking, each on the film and on its mirror image, averaged after scaling."""

    def __init__(self, weight, bias, networks, scale):
        super().__init__()
        self.gradients, self.networks = Gradients(), nn.ModuleList(networks)
        self.register_buffer("weight", torch.from_numpy(weight).float())  # [features, findings]
        self.register_buffer("bias", torch.from_numpy(bias).float())
        self.register_buffer("scale", torch.from_numpy(scale).float())  # [2, findings]: of the linear head, of the network

    def look(self, image):
        linear = torch.cat(self.gradients(image), 1) @ self.weight + self.bias
        seen = sum(network(image) for network in self.networks) / max(1, len(self.networks))
        return linear * self.scale[0] + seen * self.scale[1]

    def forward(self, image):  # [batch, 1, 128, 128]
        return (self.look(image) + self.look(image.flip(3))) / 2  # [batch, findings]


def moved(x, rng, much: float = 1.0):  # [batch, 1, 128, 128]
    """Turned, zoomed, shifted, half of them mirrored; the detector's curve differs, and its sharpness."""
    batch = x.shape[0]
    draw = lambda low, high: low + (high - low) * torch.rand(batch, generator=rng)
    turn, scale, stretch = draw(-0.12, 0.12) * much, draw(0.85, 1.07), draw(0.95, 1.05)
    mirror = torch.where(torch.rand(batch, generator=rng) < 0.5, -1.0, 1.0)
    theta = torch.stack([torch.stack([scale * stretch * turn.cos() * mirror, -scale * turn.sin(), draw(-0.08, 0.08)], -1), torch.stack([scale * stretch * turn.sin() * mirror, scale * turn.cos(), draw(-0.08, 0.08)], -1)], 1)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    wide = lambda values: values.view(-1, 1, 1, 1)
    x = 255 * (x.clamp(0, 255) / 255) ** wide(draw(0.75, 1.35))
    soft = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    return (x + (soft - x) * wide(draw(-0.4, 0.9))).clamp(0, 255)

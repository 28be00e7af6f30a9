"""The blocks of a bundle: one encoder per modality and one fusion head. Shapes stand at line ends.

Every block has fixed shapes, holds its own normalisation, and reads nothing from a slot whose mask is 0 (torch.where, not a
product: a NaN in a masked slot must not reach a sum).

References
  Che et al. 2018, GRU-D: value, mask, time since the last measurement.
  Kazemi et al. 2019, Time2Vec; here a fixed basis of the age.
  He et al. 2016, identity mappings in residual networks (pre-activation).
  Xiong et al. 2020, pre-norm transformer.
  arXiv 2509.18284: a learned token for an absent modality, training on every subset of modalities.
"""
import torch
from torch import nn
from torch.nn import functional as F

WIDTH = 64  # of a token, everywhere
SIGNS, HOURS, FEATURES = 6, 24, 3
MODALITIES = ["vitals", "radiology-report", "chest-imaging"]
SLOTS = {"vitals": 6, "radiology-report": 16, "chest-imaging": 16}
HEADS = ["decline-6h", "decline-12h", "decline-24h"]
# Pulse, respiration, SpO2, systolic, diastolic, temperature: centre and spread of adults in intensive care.
CENTRE = [84.0, 18.5, 97.0, 122.0, 62.0, 36.9]
SPREAD = [17.0, 5.0, 2.5, 22.0, 14.0, 0.75]


class VitalsEncoder(nn.Module):
    """One token per sign; each sign is encoded alone, so leaving its token out is exactly leaving the sign out."""

    def __init__(self, hidden: int = 96):
        super().__init__()
        self.register_buffer("centre", torch.tensor(CENTRE).view(1, SIGNS, 1))
        self.register_buffer("spread", torch.tensor(SPREAD).view(1, SIGNS, 1))
        wide = HOURS * FEATURES + 5
        self.inner = nn.Parameter(torch.randn(SIGNS, wide, hidden) * wide**-0.5)
        self.inner_bias = nn.Parameter(torch.zeros(SIGNS, 1, hidden))
        self.outer = nn.Parameter(torch.randn(SIGNS, hidden, WIDTH) * hidden**-0.5)
        self.outer_bias = nn.Parameter(torch.zeros(SIGNS, 1, WIDTH))
        self.drop = nn.Dropout(0.15)

    def forward(self, x):  # [batch, 6, 24, 3]
        known = x[..., 1] > 0.5  # [batch, 6, 24]
        nothing = torch.zeros_like(x[..., 0])
        value = torch.where(known, ((x[..., 0] - self.centre) / self.spread).clamp(-6, 6), nothing)
        since = torch.where(known, x[..., 2].clamp(0, 24) / 24, nothing)
        count = known.float().sum(-1, keepdim=True).clamp(min=1)  # [batch, 6, 1]
        mean = value.sum(-1, keepdim=True) / count
        high = torch.where(known, value, nothing - 6).amax(-1, keepdim=True)
        low = torch.where(known, value, nothing + 6).amin(-1, keepdim=True)
        moved = (torch.where(known, (value - mean) ** 2, nothing).sum(-1, keepdim=True) / count + 1e-6).sqrt()
        last = value[..., -1:]
        flat = torch.cat([value, known.float(), since, mean, high.clamp(-6, 6), low.clamp(-6, 6), moved, (last - mean).abs()], -1)  # [batch, 6, 77]
        inner = F.gelu(torch.matmul(flat.transpose(0, 1), self.inner) + self.inner_bias)  # [6, batch, hidden]
        return (torch.matmul(self.drop(inner), self.outer) + self.outer_bias).transpose(0, 1)  # [batch, 6, width]


class ReportEncoder(nn.Module):
    """One token per sentence from what the rules found in it; sentences do not see each other."""

    def __init__(self, features: int, hidden: int = 96):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(features, hidden), nn.GELU(), nn.Linear(hidden, WIDTH))
        # A feature that training never shows keeps weight zero: a finding the model did not learn says nothing, rather than noise.
        nn.init.zeros_(self.net[0].weight)

    def forward(self, x):  # [batch, 16, features]
        return self.net(x.clamp(-8, 8))  # [batch, 16, width]


class Residual(nn.Module):
    def __init__(self, channels: int, out: int, stride: int):
        super().__init__()
        self.first = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(out)
        self.second = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)
        self.skip = nn.Identity() if stride == 1 and channels == out else nn.Sequential(nn.AvgPool2d(stride) if stride > 1 else nn.Identity(), nn.Conv2d(channels, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        inner = self.norm2(self.second(F.relu(self.norm1(self.first(x)))))
        return F.relu(inner + self.skip(x))


class ImageEncoder(nn.Module):
    """Narrow residual network at 128 pixels: 16 regions (4 x 4, row by row) and the findings of the whole film."""

    def __init__(self, findings: int, channels=(16, 32, 64, 128)):
        super().__init__()
        a, b, c, d = channels
        self.stem = nn.Sequential(nn.Conv2d(1, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a), nn.ReLU())  # 64 x 64
        self.body = nn.Sequential(Residual(a, b, 2), Residual(b, c, 2), Residual(c, c, 1), Residual(c, d, 2))  # 8 x 8
        self.drop = nn.Dropout(0.3)
        self.findings = nn.Linear(d, findings)
        self.adapter = nn.Sequential(nn.LayerNorm(d + findings), nn.Linear(d + findings, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH))

    def regions(self, x):  # [batch, 1, 128, 128], grey 0 to 255
        x = (x.clamp(0, 255) - 127.5) / 64
        return F.avg_pool2d(self.body(self.stem(x)), 2).flatten(2).transpose(1, 2)  # [batch, 16, d]

    def forward(self, x):
        regions = self.regions(x)  # [batch, 16, d]
        maps = self.findings(self.drop(regions))  # [batch, 16, findings]: their mean is the film's logit, exactly
        tokens = self.adapter(torch.cat([regions, maps], -1))  # [batch, 16, width]
        return tokens, maps.mean(1)  # [batch, findings]


class Attention(nn.Module):
    """Pre-norm self-attention with masked keys, written out so that the exported graph is plain matrix products."""

    def __init__(self, heads: int = 4, hidden: int = 128, drop: float = 0.1, width: int = WIDTH):
        super().__init__()
        self.heads, self.width = heads, width
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(drop), nn.Linear(hidden, width))
        self.drop = nn.Dropout(drop)

    def forward(self, x, bias, asked: int = 42):  # [batch, n, width], [batch, 1, 1, n]
        """Only the first `asked` tokens get an answer: the last layer is asked for the query alone, which is all that is read."""
        width = self.width
        heads = (x.shape[0], -1, self.heads, width // self.heads)
        seen, mine = self.norm1(x), x[:, :asked]
        q = F.linear(seen[:, :asked], self.qkv.weight[:width], self.qkv.bias[:width]).reshape(heads).transpose(1, 2)  # [batch, heads, asked, d]
        k, v = (F.linear(seen, self.qkv.weight[part], self.qkv.bias[part]).reshape(heads).transpose(1, 2) for part in (slice(width, 2 * width), slice(2 * width, None)))
        weights = (torch.matmul(q, k.transpose(-1, -2)) * heads[3] ** -0.5 + bias).softmax(-1)  # [batch, heads, asked, n]
        mine = mine + self.drop(self.out(torch.matmul(weights, v).transpose(1, 2).flatten(2)))
        return mine + self.drop(self.feed(self.norm2(mine)))


class Fusion(nn.Module):
    """Tokens of every modality, some absent, to one logit per horizon; the horizons are cumulative hazards and never cross."""

    def __init__(self, layers: int = 2):
        super().__init__()
        slots = sum(SLOTS.values())
        self.place = nn.Parameter(torch.randn(1, slots, WIDTH) * 0.1)
        self.age = nn.Linear(3, WIDTH)
        self.present = nn.Parameter(torch.randn(1, len(MODALITIES), WIDTH) * 0.1)
        self.missing = nn.Parameter(torch.randn(1, len(MODALITIES), WIDTH) * 0.1)
        self.query = nn.Parameter(torch.randn(1, 1, WIDTH) * 0.1)
        self.layers = nn.ModuleList(Attention() for _ in range(layers))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(HEADS))
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, tokens, mask, age, slots: int = 38):  # [batch, 38, width], [batch, 38], [batch, 38] hours
        """Training on signs alone passes `slots=6`: slots that are masked in every row change nothing and cost most of the time."""
        batch = tokens.shape[0]
        there = mask > 0.5  # [batch, 38]
        hours = torch.where(there, age.clamp(0, 168), torch.zeros_like(age))
        basis = torch.stack([hours / 24, torch.exp(-hours / 6), torch.log1p(hours)], -1)  # [batch, 38, 3]
        x = torch.where(there.unsqueeze(-1), tokens, torch.zeros_like(tokens))[:, :slots] + self.place[:, :slots] + self.age(basis[:, :slots])
        spoken = torch.cat([part.amax(1, keepdim=True) for part in mask.split(list(SLOTS.values()), 1)], 1)  # [batch, 3]
        about = torch.where(spoken.unsqueeze(-1) > 0.5, self.present.expand(batch, -1, -1), self.missing.expand(batch, -1, -1))
        x = torch.cat([self.query.expand(batch, -1, -1), about, x], 1)  # [batch, 42, width]
        open_ = torch.cat([torch.ones_like(mask[:, : 1 + len(MODALITIES)]), mask[:, :slots]], 1)
        bias = torch.where(open_ > 0.5, torch.zeros_like(open_), torch.zeros_like(open_) - 1e4)[:, None, None, :]
        for layer in self.layers[:-1]:
            x = layer(x, bias)
        x = self.layers[-1](x, bias, asked=1)
        first, second, third = self.head(self.norm(x[:, 0])).unbind(-1)
        twelve = first + F.softplus(second)
        return torch.stack([first, twelve, twelve + F.softplus(third)], -1)  # [batch, 3]

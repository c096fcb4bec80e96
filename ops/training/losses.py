"""What is minimised."""
import torch
import torch.nn.functional as F


def class_weights(counts, most=12.0, power=0.5):
    """Weights of classes from how often each occurs: the most frequent has 1, none more than `most`."""
    counts = counts.double().clamp(min=1)
    return (counts.max() / counts).pow(power).clamp(max=most).float()


def occupancy_loss(logits, labels, weights):
    """Weighted cross entropy of voxels [n, classes], and one minus the mean soft IoU of the occupied classes that are there."""
    entropy = F.cross_entropy(logits, labels, weights)
    probability = logits.softmax(-1)
    own = probability.gather(1, labels[:, None])[:, 0]
    zeros = torch.zeros(logits.shape[1], dtype=own.dtype, device=own.device)
    counts = torch.bincount(labels, minlength=len(zeros)).to(own.dtype)
    intersection = zeros.scatter_add(0, labels, own)
    union = probability.sum(0) + counts - intersection
    present = counts > 0
    present[-1] = False
    overlap = 1 - (intersection / union.clamp(min=1e-6))[present].mean() if present.any() else zeros.sum()
    return entropy, overlap


def depth_loss(logits, depth, axis):
    """Cross entropy of depth bins [..., bins] where depth is known and within them; the nearest two bins share a target."""
    place = (depth - axis[0]) / axis[2]
    known = (depth > 0) & (place >= 0) & (place <= logits.shape[-1] - 1)
    logits, place = logits[known], place[known]
    lower = place.floor().clamp(max=logits.shape[-1] - 2)
    share = place - lower
    both = logits.log_softmax(-1).gather(1, torch.stack([lower, lower + 1], 1).long())
    return -(both[:, 0] * (1 - share) + both[:, 1] * share).mean()


def semantic_loss(logits, classes, weights):
    """Weighted cross entropy of feature pixels [n, classes, h, w]."""
    return F.cross_entropy(logits.float(), classes, weights)

#!/usr/bin/env python3
"""Recognises hand-written digits with PyTorch's DistributedDataParallel.

Every worker trains on its own share of the images; gradients are averaged over all of them. Where
the workers meet, and which one this is, comes from the environment (RANK, WORLD_SIZE, MASTER_ADDR,
...), and so do the directories of data and model (SM_CHANNEL_TRAINING, SM_MODEL_DIR).
"""

import argparse
import csv
import gzip
import os
import pathlib

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

DATA_FILE = "digits.csv.gz"
TRAINING_IMAGES = 1437  # of 1797; the others measure how well it went


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.05, help="learning rate")
    parser.add_argument("--batch-size", type=int, default=32, help="images per worker and step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto",
                        help="auto: a GPU for each worker where CUDA is there, else the CPU")
    return parser.parse_args()


def pick_device(choice):
    if choice == "cpu" or (choice == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    return device


def read_digits():
    """The images, 64 values in 0..1 each, and their labels, as two tensors."""
    directory = os.environ.get("SM_CHANNEL_TRAINING") or pathlib.Path(__file__).resolve().parent
    with gzip.open(pathlib.Path(directory) / DATA_FILE, "rt") as lines:
        rows = [[int(cell) for cell in row] for row in csv.reader(lines)]
    table = torch.tensor(rows)
    return table[:, :64].float() / 16, table[:, 64]


def train_one_epoch(model, batches, optimizer, device):
    """Returns this worker's sum of losses and number of images."""
    total, count = 0.0, 0
    for images, labels in batches:
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total, count


def count_correct(model, images, labels, device):
    with torch.no_grad():
        guesses = model(images.to(device)).argmax(dim=1)
    return (guesses == labels.to(device)).sum().item()


def sum_over_workers(values, device):
    tensor = torch.tensor(values, dtype=torch.float32, device=device)
    dist.all_reduce(tensor)
    return tensor.tolist()


def check_equal_weights(model):
    """Every worker must have ended with the very same model."""
    weights = torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
    low, high = weights.clone(), weights.clone()
    dist.all_reduce(low, op=dist.ReduceOp.MIN)
    dist.all_reduce(high, op=dist.ReduceOp.MAX)
    if not torch.equal(low, high):
        raise RuntimeError("the workers' weights differ")


def train(args, rank, workers, device):
    torch.manual_seed(args.seed)
    images, labels = read_digits()
    dataset = TensorDataset(images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES])
    sampler = DistributedSampler(dataset, num_replicas=workers, rank=rank, seed=args.seed)
    batches = DataLoader(dataset, batch_size=args.batch_size, sampler=sampler)
    test_images = images[TRAINING_IMAGES:][rank::workers]
    test_labels = labels[TRAINING_IMAGES:][rank::workers]

    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)).to(device)
    parallel = DistributedDataParallel(model)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=args.lr, momentum=0.9)

    for epoch in range(1, args.epochs + 1):
        sampler.set_epoch(epoch)
        loss, seen = train_one_epoch(parallel, batches, optimizer, device)
        correct = count_correct(model, test_images, test_labels, device)
        loss, seen, correct, tested = sum_over_workers(
            [loss, seen, correct, len(test_labels)], device)
        if rank == 0:
            print(f"epoch {epoch}/{args.epochs}: loss {loss / seen:.4f}, "
                  f"test accuracy {correct / tested:.1%}", flush=True)
    check_equal_weights(model)
    return model


def main():
    args = parse_args()
    # A plain `python3 train.py` is a world of one.
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0",
                        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500"}.items():
        os.environ.setdefault(name, value)
    device = pick_device(args.device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    rank, workers = dist.get_rank(), dist.get_world_size()
    if rank == 0:
        print(f"{workers} workers on {device.type}, backend {dist.get_backend()}", flush=True)

    model = train(args, rank, workers, device)

    if rank == 0:
        path = pathlib.Path(os.environ.get("SM_MODEL_DIR", "model")) / "model.pt"
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), path)
        print(f"all {workers} workers hold the same weights; saved {path}", flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()

"""Events of megabytes and very long streams: linear cost, constant memory."""

from .spent import memory, spending


def large(client, base, *, megabytes, **_):
    """Return the CPU of one event of each size, and the growth of the cost per MiB."""
    client.stream(client.connect(f"{base}/bulk-1"), _ignore)
    cost = {size: _one(client, f"{base}/large-{size}", size) for size in megabytes}
    least, most = min(megabytes), max(megabytes)
    growth = (cost[most] / most) / (cost[least] / least)
    return {f"cpu_ms_{size}_mb": value for size, value in cost.items()} | {"growth": growth}


def many(client, base, *, events, **_):
    """Return CPU per event, and the bytes that the second half of the events keeps in memory."""
    client.stream(client.connect(f"{base}/bulk-1000"), _ignore)
    session = client.connect(f"{base}/bulk-{events}")
    half, count, at_half = events // 2, 0, 0

    def take(_text):
        nonlocal count, at_half
        count += 1
        if count == half:
            at_half = memory()

    with spending() as spent:
        client.stream(session, take)
    return {
        "cpu_us": spent.cpu * 1e6 / events,
        "bytes_kept": max(0, memory() - at_half) / (count - half),
    }


def _one(client, url, megabytes):
    seen = []
    session = client.connect(url)
    with spending() as spent:
        client.stream(session, lambda text: seen.append(len(text or "")))
    if sum(seen) != megabytes << 20:
        raise AssertionError(f"{sum(seen)} characters received, not {megabytes} MiB")
    return spent.cpu * 1e3


def _ignore(text):
    pass

"""`django-hordak` as a peer of `cargo xtask bench payments`: payments to one payee from several processes.

    bench.py prepare --accounts 100000 --within 120
    bench.py run --accounts 100000 --procs 8 --seconds 5

The database is PEER_DATABASE_URL, one of its own. Each command prints one line of JSON.

What favours the peer: no wallet is kept from going below zero, nothing is announced to anybody, accounts are read before
the time runs, and the trigger that renames all accounts after each new one is off while they are made. A payment counts
when `Account.transfer_to` has returned, which is when its transaction is committed.
"""

import argparse
import json
import multiprocessing
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from hordak.models import Account, AccountType  # noqa: E402
from moneyed import Money  # noqa: E402

MADE = 5_000
# Payers that a process knows: more would fill its memory and say nothing else.
KNOWN = 2_000
MASK = (1 << 64) - 1


def prepare(wanted, within):
    """Makes as many accounts as are wanted and time allows. The payee is the first."""
    begun = time.monotonic()
    call_command("migrate", verbosity=0)
    made = 0
    with connection.cursor() as cursor:
        cursor.execute("alter table hordak_account disable trigger user")
    while made < wanted and time.monotonic() - begun < within:
        some = range(made, min(wanted, made + MADE))
        Account.objects.bulk_create(
            Account(
                name=f"A{number}", type=AccountType.liability, currencies=["VND"],
                lft=1, rght=2, tree_id=number + 1, level=0,
            )
            for number in some
        )
        made += len(some)
    with connection.cursor() as cursor:
        cursor.execute("alter table hordak_account enable trigger user")
        cursor.execute("analyze")
    print(json.dumps({"peer": "django-hordak", "accounts": made, "seconds": time.monotonic() - begun}))


def picks(caller):
    """SplitMix64 (Steele, Lea, Flood 2014), as everywhere in the benchmark."""
    state = (caller + 1) << 32
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)


def pay(caller, accounts, seconds, ready, answer):
    """One process: pays again as soon as it has paid."""
    pick = picks(caller)
    payee, *payers = Account.objects.order_by("pk")[:1]
    first = payee.pk + 1
    numbers = {first + next(pick) % (accounts - 1) for _ in range(KNOWN)}
    payers = list(Account.objects.filter(pk__in=numbers))
    payee.transfer_to(payers[0], Money(1_000, "VND"))  # not measured: it connects and prepares
    ready.wait()
    begun, latencies = time.monotonic(), []
    sent = begun
    while sent - begun < seconds:
        payer = payers[next(pick) % len(payers)]
        amount = Money(1_000 + next(pick) % 49_001, "VND")
        sent = time.monotonic()
        # Its words for: the payer's account is debited, the payee's credited.
        payee.transfer_to(payer, amount)
        latencies.append(int((time.monotonic() - sent) * 1_000_000))
    answer.send((time.monotonic() - begun, latencies))


def run(accounts, procs, seconds):
    connection.close()  # a connection is not shared with children
    ready, pipes, children = multiprocessing.Barrier(procs), [], []
    for caller in range(procs):
        here, there = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.Process(target=pay, args=(caller, accounts, seconds, ready, there))
        child.start()
        there.close()
        pipes.append(here)
        children.append(child)
    answers = [pipe.recv() for pipe in pipes]
    for child in children:
        child.join()
    latencies = sorted(one for _, some in answers for one in some)
    last = len(latencies) - 1
    line = {
        "peer": "django-hordak",
        "variant": f"{procs} processes",
        "acknowledged": len(latencies),
        "seconds": max(elapsed for elapsed, _ in answers),
        "p50_us": latencies[last * 50 // 100],
        "p99_us": latencies[last * 99 // 100],
    }
    print(json.dumps(line))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["prepare", "run"])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--within", type=float, default=120)
    parser.add_argument("--procs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    if asked.command == "prepare":
        prepare(asked.accounts, asked.within)
    else:
        run(asked.accounts, asked.procs, asked.seconds)


if __name__ == "__main__":
    main()

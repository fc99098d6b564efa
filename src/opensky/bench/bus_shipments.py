"""What a shipment costs OSIS: from the line of a partner's file to DEVO's callback, the report and the word that the file has ended.

CPU time of this process alone; DEVO is a small server in a process of its own, which answers over HTTP that every parcel was shipped.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from opensky.bench.results import Metric, Results
from opensky.bench.rounds import settled
from opensky.kernel.clock import SystemClock
from opensky.messaging import Outgoing
from opensky.osis.flows.shipments import ShipmentFile, open_document, open_file, relay, report, tell_end
from opensky.osis.partners.devo import Devo
from opensky.osis.partners.fulfillment_works import COLUMNS, DropFolder
from opensky.osis.runtime import Worker, message
from opensky.persistence import Database, UnitOfWork

FLOWS = (open_file, open_document, relay, report, tell_end)
TARGET = 100.0
MICRO = 1e6


def shipments(parcels: int = 2000, rounds: int = 5) -> Results:
    """Measure files of so many parcels, each of one line."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_answer, args=(there,), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{here.recv()}"
    try:
        with tempfile.TemporaryDirectory(prefix="opensky-bench-") as folder:
            costs = _measured(Path(folder), address, parcels, rounds)
    finally:
        server.terminate()
        server.join()
    return {
        "a shipment through the whole flow, in OSIS": Metric(
            value=statistics.median(costs[1:]) / parcels * MICRO, unit="CPU-µs", target=TARGET
        )
    }


def _measured(folder: Path, address: str, parcels: int, rounds: int) -> list[float]:
    drop = DropFolder(folder / "partner")
    devo = Devo(address, "0" * 64, SystemClock())
    costs = []
    with closing(Database(folder / "bus.sqlite", ())) as database, closing(devo), settled():
        database.create()
        worker = Worker(database, FLOWS, _scopes(database, drop, devo), lambda u: Outgoing(u, database.ids), folder)
        for number in range(rounds + 1):
            name = f"{number}.csv"
            (drop.incoming / name).write_text(_file(number, parcels))
            before = time.process_time()
            with database.unit_of_work() as unit:
                Outgoing(unit, database.ids).send(message(ShipmentFile(name)))
                unit.commit()
            worker.drain()
            costs.append(time.process_time() - before)
    return costs


def _file(number: int, parcels: int) -> str:
    rows = [f"FW-{number}-{i},OS-{i:07},SKU-{i},1,UPS,1Z{number:03}{i:09},2026-11-23T09:30:00Z" for i in range(parcels)]
    return "\n".join([",".join(COLUMNS), *rows, f"END,{parcels}", ""])


def _scopes(database: Database, drop: DropFolder, devo: Devo) -> Any:
    @contextmanager
    def scope() -> Iterator[Callable[[type], Any]]:
        with database.unit_of_work() as unit:
            yield {UnitOfWork: unit, DropFolder: drop, Devo: devo}.__getitem__

    return scope


class _Devo(BaseHTTPRequestHandler):
    """Ships everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
        outcomes = [{"row": each["row"], "word": "shipped", "reason": ""} for each in body.get("parcels", ())]
        answer = msgspec.json.encode({"outcomes": outcomes})
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _answer(told: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Devo)
    told.send(server.server_address[1])
    server.serve_forever()

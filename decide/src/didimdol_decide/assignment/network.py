"""The flow network of an assignment: evaluator -> [organisation at a seat] -> seat.

Exact because both sides are laminar families (loads; organisation inside body inside panel): Edmonds 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from didimdol_decide.assignment.remaining import Remaining, Seat


@dataclass
class Network:
    """Nodes are numbered: 0 source, 1 sink, then evaluators, seats and organisations at seats, in id order.
    Arcs are in a fixed order that depends on the ids only. `choice[i]` names the pair of arc i, if it
    stands for one.
    """

    evaluators: dict[str, int] = field(default_factory=dict)
    seats: dict[Seat, int] = field(default_factory=dict)
    size: int = 2
    tails: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    capacities: list[int] = field(default_factory=list)
    choice: dict[int, tuple[str, str]] = field(default_factory=dict)

    def node(self) -> int:
        """A new node's number."""
        self.size += 1
        return self.size - 1

    def arc(self, tail: int, head: int, capacity: int) -> int:
        """Add an arc; its number."""
        self.tails.append(tail)
        self.heads.append(head)
        self.capacities.append(capacity)
        return len(self.tails) - 1


def network(left: Remaining) -> Network:
    """The middle of the network: everything but the arcs from the source and to the sink."""
    net = Network()
    net.evaluators = {evaluator: net.node() for evaluator in left.high}
    net.seats = {seat: net.node() for seat in left.seats}
    for seat, people in left.eligible.items():
        counts: dict[str, int] = {}
        for person in people:
            organisation = left.organisation[person]
            if organisation is not None:
                counts[organisation] = counts.get(organisation, 0) + 1
        gates: dict[str, int] = {}
        for person in people:
            organisation = left.organisation[person]
            target = net.seats[seat]
            if organisation is not None and (seat, organisation) in left.cap_left:
                cap = left.cap_left[seat, organisation]
                if counts[organisation] > cap:
                    if organisation not in gates:
                        gates[organisation] = net.node()
                        net.arc(gates[organisation], target, cap)
                    target = gates[organisation]
            net.choice[net.arc(net.evaluators[person], target, 1)] = (seat[0], person)
    return net

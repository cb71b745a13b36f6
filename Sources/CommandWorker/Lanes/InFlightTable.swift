/// Names a command in flight.
///
/// A ticket of a command that has left the table names nothing, even if its place is taken again.
struct CommandTicket: Sendable, Hashable {
    let slot: Int
    let generation: UInt32
}

/// The commands in flight, by ticket; places are used again, so that a steady stream allocates nothing here.
struct InFlightTable: Sendable {
    private struct Slot: Sendable {
        var generation: UInt32 = 0
        var command: InFlightCommand?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Commands in the table.
    private(set) var count = 0
    /// Bytes of their records.
    private(set) var byteCount = 0

    mutating func insert(_ command: InFlightCommand) -> CommandTicket {
        self.count += 1
        self.byteCount += command.size
        if let slot = self.free.popLast() {
            self.slots[slot].command = command
            return CommandTicket(slot: slot, generation: self.slots[slot].generation)
        }
        self.slots.append(Slot(command: command))
        return CommandTicket(slot: self.slots.count - 1, generation: 0)
    }

    /// The command, or `nil` when it has left.
    subscript(ticket: CommandTicket) -> InFlightCommand? {
        guard self.slots[ticket.slot].generation == ticket.generation else { return nil }
        return self.slots[ticket.slot].command
    }

    /// Changes a command in place; nothing happens when it has left.
    mutating func update(_ ticket: CommandTicket, _ change: (inout InFlightCommand) -> Void) {
        guard self.slots[ticket.slot].generation == ticket.generation else { return }
        self.slots[ticket.slot].command?.update(change)
    }

    mutating func remove(_ ticket: CommandTicket) {
        guard self.slots[ticket.slot].generation == ticket.generation,
            let command = self.slots[ticket.slot].command.take()
        else { return }
        self.slots[ticket.slot].generation &+= 1
        self.free.append(ticket.slot)
        self.count -= 1
        self.byteCount -= command.size
    }

    /// Whether any command matches; for the rare moments that concern a whole partition.
    func contains(where matches: (InFlightCommand) -> Bool) -> Bool {
        self.slots.contains { place in place.command.map(matches) ?? false }
    }

    /// Every command, in no order; for the rare moments that concern all of them.
    var commands: some Sequence<(ticket: CommandTicket, command: InFlightCommand)> {
        self.slots.enumerated().lazy.compactMap { slot, place in
            place.command.map { (CommandTicket(slot: slot, generation: place.generation), $0) }
        }
    }

    /// The tickets of all commands that match; for the rare moments that concern a whole partition.
    func tickets(where matches: (InFlightCommand) -> Bool) -> [CommandTicket] {
        self.slots.enumerated().compactMap { slot, place in
            guard let command = place.command, matches(command) else { return nil }
            return CommandTicket(slot: slot, generation: place.generation)
        }
    }
}

extension InFlightCommand {
    /// Lets a change at itself, so that a command behind an optional is changed in place.
    fileprivate mutating func update(_ change: (inout InFlightCommand) -> Void) { change(&self) }
}

/// Names a command in flight.
///
/// A ticket of a command that has left the table names nothing, even if its place is taken again.
struct CommandTicket: Sendable, Hashable {
    let slot: Int
    let generation: UInt32
}

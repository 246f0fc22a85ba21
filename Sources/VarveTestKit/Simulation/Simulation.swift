/// A world that a seed decides: events at virtual times, clocks that move with them, random
/// numbers and a trace.
///
///     var simulation = Simulation<Event>(seed: seed)
///     simulation.schedule(.join(member), after: 0...100)
///     while let event = simulation.next(before: 60_000) {
///       let decision = coordinator.handle(event, now: simulation.clock.now)
///       simulation.note("\(event): \(decision)")
///     }
///
/// Iterate over nothing whose order changes from run to run, as that of a `Set` does.
package struct Simulation<Event> {
  package private(set) var clock = VirtualClock()
  package private(set) var trace = SimulationTrace()
  /// For the choices of the world. Those of the queue are drawn from a stream of their own.
  package var random: SeededGenerator
  private var queue: EventQueue<Event>

  package init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    queue = EventQueue(seed: seed ^ 0x7175_6575_65)
  }

  /// Puts an event so many milliseconds from now.
  package mutating func schedule(_ event: Event, after delay: Int64) {
    precondition(delay >= 0, "an event is not put into the past")
    queue.add(event, at: clock.milliseconds + delay)
  }

  /// Puts an event some milliseconds from now.
  package mutating func schedule(_ event: Event, after delays: ClosedRange<Int64>) {
    schedule(event, after: Int64.random(in: delays, using: &random))
  }

  /// Moves the clocks to the next event and takes it out; nil where nothing happens before the
  /// moment, in milliseconds since the start.
  package mutating func next(before moment: Int64 = .max) -> Event? {
    guard let time = queue.nextTime, time < moment, let next = queue.next() else { return nil }
    clock.advance(to: next.time)
    return next.event
  }

  /// Moves the wall clock alone.
  package mutating func jump(byMilliseconds distance: Int64) {
    clock.jump(byMilliseconds: distance)
  }

  /// Writes a line into the trace.
  package mutating func note(_ line: String) { trace.append(line, at: clock) }
}

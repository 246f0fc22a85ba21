internal import CEvent

/// libevent: which descriptors are ready and which timers are due. Of one thread.
@safe
final class EventBase {
  fileprivate let base: OpaquePointer

  /// Nil where the system gives no more of what it takes: a descriptor, say.
  init?() {
    guard let base = unsafe event_base_new() else { return nil }
    unsafe self.base = base
  }

  deinit { unsafe event_base_free(base) }

  /// Calls the handlers of all that is ready or due; with `waits`, once there is some.
  func poll(waits: Bool) {
    let flags = waits ? EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY : EVLOOP_NONBLOCK
    // -1 means that the system's poll failed, which takes a descriptor that is none.
    let result = unsafe event_base_loop(base, flags)
    precondition(result >= 0, "the readiness of the loop's own descriptors cannot be asked")
  }
}

/// A handler that is called when a descriptor is ready or a time is over. Used, and let go, on its
/// base's thread.
@safe
final class Event {
  enum Kind {
    /// Again and again, for as long as it is armed.
    case readable
    case writable
    /// Once after its time.
    case timer
  }

  enum Occasion {
    case ready
    /// It was not ready for as long as it was armed for.
    case timedOut
  }

  private let base: EventBase
  private let handler: (Occasion) -> Void
  private var event: OpaquePointer?

  init(
    _ kind: Kind, of descriptor: Int32, on base: EventBase,
    handler: @escaping (Occasion) -> Void
  ) {
    self.base = base
    self.handler = handler
    let flags: Int32 =
      switch kind {
      case .readable: EV_READ | EV_PERSIST
      case .writable: EV_WRITE | EV_PERSIST
      case .timer: 0
      }
    unsafe event = event_new(
      base.base, descriptor, Int16(flags), handleEvent, Unmanaged.passUnretained(self).toOpaque())
  }

  fileprivate func handle(_ occasion: Int16) {
    handler(Int32(occasion) & EV_TIMEOUT != 0 ? .timedOut : .ready)
  }

  /// Starts to watch. With a time, the handler is called after each stretch of that long in which
  /// nothing was ready.
  func arm(timeout milliseconds: Int64? = nil) {
    guard let event = unsafe event else { return }
    guard let milliseconds else {
      unsafe event_add(event, nil)
      return
    }
    var time = timeval(
      tv_sec: .init(milliseconds / 1_000), tv_usec: .init(milliseconds % 1_000 * 1_000))
    unsafe event_add(event, &time)
  }

  func disarm() {
    guard let event = unsafe event else { return }
    unsafe event_del(event)
  }

  deinit {
    guard let event = unsafe event else { return }
    unsafe event_free(event)
  }
}

/// What libevent calls. The event is held for the call: its handler may let go of it.
private func handleEvent(
  _ descriptor: Int32, _ occasion: Int16, _ argument: UnsafeMutableRawPointer?
) {
  guard let argument = unsafe argument else { return }
  let event = unsafe Unmanaged<Event>.fromOpaque(argument).takeUnretainedValue()
  event.handle(occasion)
}

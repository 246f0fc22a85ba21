internal import CEvent
internal import VarveBase

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

// MARK: - HTTP

/// libevent's HTTP server: answers GET and HEAD on its base's thread, where it is used and closed.
@safe
final class HTTPServer {
  struct Reply: Sendable {
    var status: Int32 = 200
    var contentType = "text/plain; charset=utf-8"
    var text: String
  }

  /// A request has this many bytes of headers at most, and this many of a body, which nobody reads.
  private static let bytesMax = 8 << 10
  /// Seconds for which a connection may be silent.
  private static let timeout: Int32 = 30

  private var http: OpaquePointer?
  private let answer: (_ path: String) -> Reply

  /// Answers who connects to a socket that listens. Nil where the system gives no more memory.
  init?(_ socket: consuming Socket, on base: EventBase, answer: @escaping (String) -> Reply) {
    guard let http = unsafe evhttp_new(base.base) else { return nil }
    unsafe self.http = http
    self.answer = answer
    unsafe evhttp_set_allowed_methods(
      http, UInt16(EVHTTP_REQ_GET.rawValue | EVHTTP_REQ_HEAD.rawValue))
    unsafe evhttp_set_timeout(http, Self.timeout)
    unsafe evhttp_set_max_headers_size(http, Self.bytesMax)
    unsafe evhttp_set_max_body_size(http, Self.bytesMax)
    unsafe evhttp_set_gencb(http, handleRequest, Unmanaged.passUnretained(self).toOpaque())
    guard unsafe evhttp_accept_socket(http, socket.descriptor) == 0 else {
      close()
      return nil
    }
    // Closed with the server from now on.
    _ = socket.release()
  }

  /// Closes the port and its connections.
  func close() {
    guard let http = unsafe http else { return }
    unsafe evhttp_free(http)
    unsafe self.http = nil
  }

  fileprivate func handle(_ request: OpaquePointer) {
    guard let uri = unsafe evhttp_request_get_uri(request), let buffer = unsafe evbuffer_new()
    else {
      return unsafe evhttp_send_error(request, 500, nil)
    }
    let path = unsafe String(cString: uri).prefix { $0 != "?" }
    let reply = answer(String(path))
    let headers = unsafe evhttp_request_get_output_headers(request)
    unsafe evhttp_add_header(headers, "Content-Type", reply.contentType)
    unsafe evhttp_add_header(headers, "Cache-Control", "no-store")
    let bytes = Array(reply.text.utf8)
    let isAdded = unsafe bytes.withUnsafeBytes {
      unsafe evbuffer_add(buffer, $0.baseAddress, $0.count) == 0
    }
    unsafe evhttp_send_reply(request, isAdded ? reply.status : 500, nil, buffer)
    unsafe evbuffer_free(buffer)
  }

  deinit { precondition(unsafe http == nil, "an HTTP server is closed before it is let go") }
}

/// What libevent calls. The server is closed, and so hears of nothing more, before it is let go.
private func handleRequest(_ request: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) {
  guard let request = unsafe request, let argument = unsafe argument else { return }
  unsafe Unmanaged<HTTPServer>.fromOpaque(argument).takeUnretainedValue().handle(request)
}

import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Calls a function when the user presses ^C or the program is asked to end, so that it closes the
/// log in order; the second time the system ends it.
struct Interrupts {
  private let sources: [any DispatchSourceSignal]

  init(_ action: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        action()
      }
      source.resume()
      return source
    }
  }

  func stop() { for source in sources { source.cancel() } }
}

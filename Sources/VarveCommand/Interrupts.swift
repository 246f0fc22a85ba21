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
      #if canImport(Darwin)
        signal(number, SIG_IGN)
      #endif
      // Elsewhere the source takes the signal over itself, and one that was ignored would be lost.
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        action()
      }
      source.resumeAndWait()
      return source
    }
  }

  func stop() { for source in sources { source.cancel() } }
}

extension DispatchSourceProtocol {
  /// Returns once the source is registered: what comes from then on is handled.
  func resumeAndWait() {
    let registered = DispatchSemaphore(value: 0)
    setRegistrationHandler { registered.signal() }
    resume()
    registered.wait()
  }
}

internal import Synchronization
package import VarveBase

/// A file with the keys of tokens, which may be replaced while the server runs.
///
/// It is looked at when a token comes, at most once a second, so that a new key is known by the
/// time somebody uses it. A file that cannot be read any more, or says nothing that can be used,
/// leaves the keys as they were.
package final class TokenKeyFile: Sendable {
  private struct State {
    var bytes: [UInt8]
    var keys: TokenKeySet
    /// By the monotonic clock.
    var lookedAt: UInt64
    /// What was said of the last look, so that it is not said again.
    var complaint: String?
  }

  private static let pause: UInt64 = 1_000_000_000
  /// Some thousand keys: more is no file of keys.
  private static let byteCountMax = 1 << 20

  private let path: String
  private let time: any TimeSource
  private let logger: Logger
  private let state: Mutex<State>

  /// Throws `.security` where the file cannot be used.
  package init(
    _ path: String, time: any TimeSource = SystemTime(), logger: Logger = .discarding
  ) throws(NetworkError) {
    self.path = path
    self.time = time
    self.logger = logger
    let bytes = try Self.read(path)
    state = Mutex(
      State(
        bytes: bytes, keys: try Self.keys(bytes, path), lookedAt: time.monotonicNanoseconds))
  }

  /// The keys as they are now.
  package var current: TokenKeySet {
    state.withLock { state in
      let now = time.monotonicNanoseconds
      guard now - state.lookedAt >= Self.pause else { return state.keys }
      state.lookedAt = now
      do throws(NetworkError) {
        let bytes = try Self.read(path)
        if bytes != state.bytes {
          state.keys = try Self.keys(bytes, path)
          state.bytes = bytes
          logger.log(.notice, "the keys of tokens in \(path) have changed")
        }
        state.complaint = nil
      } catch {
        if state.complaint != error.message {
          logger.log(.error, "the keys of tokens stay as they were: \(error)")
        }
        state.complaint = error.message
      }
      return state.keys
    }
  }

  private static func read(_ path: String) throws(NetworkError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try LocalFileSystem().open(path, .read).read(byteCountMax + 1, at: 0)
    } catch { throw NetworkError(.security, "the keys of tokens cannot be read: \(error)") }
    guard bytes.count <= byteCountMax else {
      throw NetworkError(.security, "\(path) is larger than a file of keys can be")
    }
    return bytes
  }

  private static func keys(_ bytes: [UInt8], _ path: String) throws(NetworkError) -> TokenKeySet {
    do throws(NetworkError) { return try TokenKeySet(bytes) } catch {
      throw NetworkError(error.code, "\(error.message), in \(path)")
    }
  }
}

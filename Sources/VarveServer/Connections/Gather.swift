package import VarveBase

/// Bytes to be sent that lie in several places: a response's head and slices of a mapped log, say.
/// They are sent from where they lie, and keep alive what they lie in until then.
package struct Gather: Sendable {
  package let pieces: [ByteSlice]
  package let byteCount: Int
  /// The error codes in it, to be counted.
  let errors: [ErrorCode]

  package init(_ pieces: [ByteSlice], errors: [ErrorCode] = []) {
    self.pieces = pieces.filter { !$0.isEmpty }
    self.errors = errors
    byteCount = pieces.reduce(0) { $0 + $1.count }
  }
}

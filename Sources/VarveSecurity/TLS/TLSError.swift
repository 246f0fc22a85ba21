internal import COpenSSL

/// What OpenSSL says is wrong.
@safe
package struct TLSError: Error, Equatable, CustomStringConvertible {
  package let description: String

  /// What is wrong before OpenSSL was asked, or after it has said so.
  init(saying description: String) {
    self.description = description
    ERR_clear_error()
  }

  init(_ operation: String) {
    let code = ERR_get_error()
    let reason = unsafe ERR_reason_error_string(code)
    let words = unsafe reason.map { unsafe String(cString: $0) }
    description = "\(operation): \(words ?? (code == 0 ? "the peer has gone" : "error \(code)"))"
    ERR_clear_error()
  }
}

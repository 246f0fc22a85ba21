/// Who asks for something: a user that proved to be one, or anybody.
package struct Principal: Hashable, Sendable, CustomStringConvertible {
  package let name: String

  package init(user name: String) { self.name = name }

  /// Whoever comes in where nobody has to prove anything.
  package static let anonymous = Principal(user: "ANONYMOUS")

  /// As rules name it, `User:alice`.
  package var description: String { "User:\(name)" }
}

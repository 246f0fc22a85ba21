#if Serve
  extension Varve {
    /// A way in which a password is kept, so that nobody can log in with what is kept: SCRAM
    /// (RFC 5802, RFC 7677). Clients choose one that the user has.
    public enum PasswordMechanism: String, Sendable, CaseIterable {
      case scramSHA256 = "SCRAM-SHA-256"
      case scramSHA512 = "SCRAM-SHA-512"
    }

    /// Somebody who logs in with a password.
    public struct User: Hashable, Sendable {
      public let name: String
      /// How often the password was hashed, for each mechanism that it is kept for: what makes it
      /// hard to guess.
      public let iterations: [PasswordMechanism: Int]
    }
  }
#endif

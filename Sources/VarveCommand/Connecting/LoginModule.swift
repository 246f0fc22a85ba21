#if Serve
  /// A user and a password as Kafka's clients of Java have them (`sasl.jaas.config`):
  /// `CLASS required username="NAME" password="PASSWORD";`.
  struct LoginModule {
    let user: String
    let password: String

    /// Nil for what is not that.
    init?(_ text: String) {
      let parts = text.split(maxSplits: 2, whereSeparator: \.isWhitespace)
      guard parts.count == 3, parts[0].hasSuffix("LoginModule"), parts[1] == "required" else {
        return nil
      }
      var values: [Substring: String] = [:]
      var rest = parts[2]
      let pair = /\s*(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"/
      while let match = rest.prefixMatch(of: pair) {
        values[match.output.1] = String(
          match.output.2.replacing(/\\(.)/) { String($0.output.1) })
        rest = rest[match.range.upperBound...]
      }
      guard rest.filter({ !$0.isWhitespace }) == ";", let user = values["username"],
        let password = values["password"]
      else { return nil }
      self.user = user
      self.password = password
    }
  }
#endif

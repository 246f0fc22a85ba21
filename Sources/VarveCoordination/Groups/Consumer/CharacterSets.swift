/// The sets that have names, as far as they are in ASCII.
extension TopicPattern.CharacterSet {
  static let digits = Self { ("0"..."9").contains(Unicode.Scalar($0)) }
  static let spaces = Self { "\t\n\u{C}\r ".unicodeScalars.contains(Unicode.Scalar($0)) }
  static let word = Self { byte in
    let scalar = Unicode.Scalar(byte)
    return scalar.isLetter || ("0"..."9").contains(scalar) || scalar == "_"
  }

  private static let upper = Self { ("A"..."Z").contains(Unicode.Scalar($0)) }
  private static let lower = Self { ("a"..."z").contains(Unicode.Scalar($0)) }
  private static let letters = Self(bits: upper.bits | lower.bits)
  private static let graphic = Self { (0x21...0x7E).contains($0) }

  /// The names that are written in `[:` and `:]`.
  static func posix(_ name: String) -> Self? {
    switch name {
    case "alnum": Self(bits: letters.bits | digits.bits)
    case "alpha": letters
    case "ascii": Self(bits: .max)
    case "blank": Self { $0 == 0x20 || $0 == 0x09 }
    case "cntrl": Self { $0 < 0x20 || $0 == 0x7F }
    case "digit": digits
    case "graph": graphic
    case "lower": lower
    case "print": Self { (0x20...0x7E).contains($0) }
    case "punct": Self(bits: graphic.bits & ~(letters.bits | digits.bits))
    case "space": Self(bits: spaces.bits | 1 << 0x0B)
    case "upper": upper
    case "word": word
    case "xdigit": Self { UInt8(String(Unicode.Scalar($0)), radix: 16) != nil }
    default: nil
    }
  }

  /// Unicode's general categories by their short names (`L`, `Lu`, `Nd`), and the two scripts that
  /// ASCII has characters of.
  static func category(_ name: String) -> Self? {
    switch name {
    case "Latin", "L": letters
    case "Common": letters.inverted
    case "Lu": upper
    case "Ll": lower
    case "N", "Nd": digits
    case "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "Nl", "No", "Pi", "Pf", "So", "Zl", "Zp", "Cf",
      "Co", "Cs":
      Self()
    default:
      categories[name].map { categories in
        Self { categories.contains(Unicode.Scalar($0).properties.generalCategory) }
      }
    }
  }

  private static let categories: [String: [Unicode.GeneralCategory]] = [
    "P": [
      .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .otherPunctuation,
    ],
    "Pc": [.connectorPunctuation],
    "Pd": [.dashPunctuation],
    "Ps": [.openPunctuation],
    "Pe": [.closePunctuation],
    "Po": [.otherPunctuation],
    "S": [.mathSymbol, .currencySymbol, .modifierSymbol],
    "Sm": [.mathSymbol],
    "Sc": [.currencySymbol],
    "Sk": [.modifierSymbol],
    "Z": [.spaceSeparator],
    "Zs": [.spaceSeparator],
    "C": [.control],
    "Cc": [.control],
  ]
}

extension Unicode.Scalar {
  /// Whether it is one of ASCII's letters.
  var isLetter: Bool { ("A"..."Z").contains(self) || ("a"..."z").contains(self) }
}

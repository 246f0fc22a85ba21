import Varve

extension Timestamp {
  /// Reads milliseconds since 1970, or a date of ISO 8601 with or without a time:
  /// `2026-11-24`, `2026-11-24T09:15`, `2026-11-24T09:15:00.250Z`, `2026-11-24T09:15:00+02:00`. A
  /// blank may stand for the `T`; without a zone it is UTC. Nil for anything else.
  init?(text: some StringProtocol) {
    if let milliseconds = Int64(text) {
      self.init(milliseconds)
      return
    }
    var reader = TimeReader(text)
    guard let milliseconds = reader.milliseconds() else { return nil }
    self.init(milliseconds)
  }
}

/// Reads a time in text from left to right.
private struct TimeReader {
  private var rest: Substring.UTF8View

  init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

  mutating func milliseconds() -> Int64? {
    guard let year = digits(4), take("-"), let month = digits(2), (1...12).contains(month),
      take("-"), let day = digits(2), (1...Self.days(of: month, in: year)).contains(day)
    else { return nil }
    let date = Self.day(year, month, day) * 86_400_000
    if rest.isEmpty { return date }
    guard take("T") || take(" "), let time = timeOfDay(), let zone = zone(), rest.isEmpty else {
      return nil
    }
    return date + time - zone
  }

  private mutating func timeOfDay() -> Int64? {
    guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else {
      return nil
    }
    var time = (hour * 60 + minute) * 60_000
    guard take(":") else { return time }
    guard let second = digits(2), second < 60 else { return nil }
    time += second * 1000
    guard take(".") else { return time }
    var unit: Int64 = 100
    guard let tenth = digits(1) else { return nil }
    time += tenth * unit
    // Finer than milliseconds is cut off.
    while let digit = digits(1) {
      unit /= 10
      time += digit * unit
    }
    return time
  }

  /// What local time is ahead of UTC, in milliseconds.
  private mutating func zone() -> Int64? {
    if rest.isEmpty || take("Z") { return 0 }
    let sign: Int64
    if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
    guard let hour = digits(2), hour < 24 else { return nil }
    _ = take(":")
    guard let minute = digits(2), minute < 60 else { return nil }
    return sign * (hour * 60 + minute) * 60_000
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func digits(_ count: Int) -> Int64? {
    let text = rest.prefix(count)
    let isNumber = text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard text.count == count, isNumber else { return nil }
    rest.removeFirst(count)
    return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  private static func days(of month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The days from 1970-01-01 to a Gregorian date.
  private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    // Years that begin in March have their leap day last.
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = (year / 400, year % 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    return era * 146_097 + dayOfEra - 719_468
  }
}

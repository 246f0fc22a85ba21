extension Timestamp {
  /// The time as ISO 8601 has it, in UTC: `2026-11-24T09:15:00.000Z`.
  package var text: String {
    let (day, milliseconds) = rawValue.dividedDown(by: 86_400_000)
    let date = Self.date(ofDay: day)
    let time = [
      padded(milliseconds / 3_600_000, 2), padded(milliseconds / 60_000 % 60, 2),
      padded(milliseconds / 1000 % 60, 2),
    ].joined(separator: ":")
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
      + "T\(time).\(padded(milliseconds % 1000, 3))Z"
  }

  /// The Gregorian date of a day counted from 1970-01-01.
  ///
  /// Years that begin in March have their leap day last, so that days turn into months by one
  /// line; 400 of them have 146,097 days.
  private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    let (era, dayOfEra) = (day + 719_468).dividedDown(by: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfMonth)
  }
}

extension Int64 {
  /// The quotient rounded down and the remainder that is never negative.
  fileprivate func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number.magnitude)
  let zeros = String(repeating: "0", count: max(0, width - digits.count))
  return (number < 0 ? "-" : "") + zeros + digits
}

/// What a program that reads, processes and writes promises about each record.
enum Guarantee: String, CaseIterable, Sendable {
  case atMostOnce = "at-most-once"
  case atLeastOnce = "at-least-once"
  case effectivelyOnce = "effectively-once"
}

internal import Varve

/// The stored responses, the first to be over first: each is remembered for the same time.
struct ExpiringResponses: Sendable {
  struct Element: Sendable {
    let key: String
    let version: StoreVersion
    let expiry: Timestamp
  }

  private var elements: [Element]
  /// Those before it are taken.
  private var head = 0

  init(_ held: [String: Versioned<StoredResponse>]) {
    elements = held.map { key, entry in
      Element(key: key, version: entry.version, expiry: entry.value.expiry)
    }.sorted { $0.expiry < $1.expiry }
  }

  mutating func add(_ element: Element) { elements.append(element) }

  /// Takes some whose time is over.
  mutating func takeOver(at now: Timestamp, most: Int) -> [Element] {
    let over = Array(elements[head...].prefix(most).prefix { $0.expiry <= now })
    head += over.count
    if head > elements.count / 2 {
      elements.removeFirst(head)
      head = 0
    }
    return over
  }
}

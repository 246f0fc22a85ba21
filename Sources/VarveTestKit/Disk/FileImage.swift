/// The bytes of a file at one moment, by page. Copies share the pages that they agree in.
struct FileImage: Sendable {
  var byteCount = 0
  /// Those that are not all zeros. Past the end of the file there are zeros only.
  private(set) var pages: [Int: Page] = [:]

  subscript(page: Int) -> Page {
    get { pages[page] ?? .zero }
    set { pages[page] = newValue == .zero ? nil : newValue }
  }

  /// Cuts the file, or lengthens it with zeros.
  mutating func resize(to newByteCount: Int) {
    defer { byteCount = newByteCount }
    guard newByteCount < byteCount else { return }
    for page in pages.keys where page >= Page.count(newByteCount) { pages[page] = nil }
    let last = newByteCount / Page.byteCount
    if let page = pages[last] { self[last] = page.cut(to: newByteCount % Page.byteCount) }
  }

  /// The pages in which two images differ, in order.
  func difference(from other: FileImage) -> [Int] {
    Set(pages.keys).union(other.pages.keys).filter { pages[$0] != other.pages[$0] }.sorted()
  }
}

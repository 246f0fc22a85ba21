/// What may be left of one file when the power goes: the durable bytes, and of those written
/// since then any part.
struct PowerLoss {
  let durable: FileImage
  let written: FileImage
  /// The least size in between.
  let leastByteCount: Int

  /// How the disk got on with the pages that were to be written.
  private enum Progress: CaseIterable {
    case all, none
    /// In order, up to one that tore.
    case prefix
    /// Each for itself.
    case any
  }

  func image(using random: inout SeededGenerator) -> FileImage {
    var before = durable
    var after = written
    if leastByteCount < durable.byteCount {
      // The file was cut in between. A file system that loses the cut loses what was written
      // behind it, too; one that has it never shows the bytes that were cut off.
      if Bool.random(using: &random) {
        before.resize(to: leastByteCount)
      } else {
        after = afterLostCut
      }
    }
    let byteCount = size(from: before, to: after, using: &random)
    var image = before
    image.resize(to: max(before.byteCount, after.byteCount))
    mix(after, into: &image, using: &random)
    image.resize(to: byteCount)
    return image
  }

  /// The durable bytes, with the new ones in the pages that lie before the cut.
  private var afterLostCut: FileImage {
    var image = durable
    for page in 0..<leastByteCount / Page.byteCount { image[page] = written[page] }
    return image
  }

  private func size(
    from before: FileImage, to after: FileImage, using random: inout SeededGenerator
  ) -> Int {
    let least = min(before.byteCount, after.byteCount)
    let most = max(before.byteCount, after.byteCount)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return before.byteCount
    case 1: return Int.random(in: least...most, using: &random)
    default: return after.byteCount
    }
  }

  private func mix(
    _ after: FileImage, into image: inout FileImage, using random: inout SeededGenerator
  ) {
    let pages = after.difference(from: image)
    let progress = Progress.allCases.randomElement(using: &random) ?? .none
    let reached = Int.random(in: 0...pages.count, using: &random)
    for (index, page) in pages.enumerated() {
      let fate =
        switch progress {
        case .all: 0
        case .none: 1
        case .prefix: index < reached ? 0 : index == reached ? 2 : 1
        case .any: Int.random(in: 0..<3, using: &random)
        }
      switch fate {
      case 0: image[page] = after[page]
      case 1: break
      default: image[page] = torn(from: image[page], to: after[page], using: &random)
      }
    }
  }

  private func torn(
    from before: Page, to after: Page, using random: inout SeededGenerator
  ) -> Page {
    var page = before
    for sector in 0..<Page.byteCount / Page.sectorByteCount where Bool.random(using: &random) {
      page.takeSector(sector, from: after)
    }
    return page
  }
}

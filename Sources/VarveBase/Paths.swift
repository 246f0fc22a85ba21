/// The directory that holds `path`, or nil for a name alone and for the root.
package func parentDirectory(of path: String) -> String? {
  let bare = withoutTrailingSlashes(path[...])
  guard let slash = bare.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
  let parent = withoutTrailingSlashes(bare[..<slash])
  return parent.isEmpty ? "/" : String(parent)
}

private func withoutTrailingSlashes(_ path: Substring) -> Substring {
  guard let last = path.utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return "" }
  return path[...last]
}

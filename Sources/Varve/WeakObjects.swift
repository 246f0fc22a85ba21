internal import Synchronization

/// Objects that their users may let go.
final class WeakObjects<Object: AnyObject & Sendable>: Sendable {
  private struct Weak: Sendable {
    weak var object: Object?
  }

  private let objects = Mutex<[Weak]>([])

  func add(_ object: Object) {
    objects.withLock { objects in
      objects.removeAll { $0.object == nil }
      objects.append(Weak(object: object))
    }
  }

  /// Those that are still there, which are forgotten.
  func takeAll() -> [Object] {
    objects.withLock { objects in
      defer { objects = [] }
      return objects.compactMap(\.object)
    }
  }
}

package import VarveCoordination

/// Carries out what a coordinator decided beside its records. Effects of one decision come in
/// order; those of different decisions in any order, or at the same time.
package protocol CoordinatorEffects<Effect>: Sendable {
  associatedtype Effect: Sendable

  /// Called once the records count as done; after loading, at once: what the log holds may be
  /// unsynced still, which `CoordinatorShard.read` waits for. Must not block.
  func perform(_ effects: [Effect])

  /// The coordinator's state was dropped and loaded again: whoever waits for an effect waits in
  /// vain.
  func stateLost(_ reason: CoordinatorError)
}

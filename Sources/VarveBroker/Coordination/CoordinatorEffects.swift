package import VarveCoordination

/// Carries out what a coordinator decided beside its records, in the order of the decisions.
package protocol CoordinatorEffects<Effect>: Sendable {
  associatedtype Effect: Sendable

  /// Called once the records count as done. Must not block.
  func perform(_ effects: [Effect])

  /// The coordinator's state was dropped and loaded again: whoever waits for an effect waits in
  /// vain.
  func stateLost(_ reason: CoordinatorError)
}

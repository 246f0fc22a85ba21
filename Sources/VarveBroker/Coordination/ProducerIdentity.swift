/// Whose transaction a coordinator's records are part of.
package struct ProducerIdentity: Equatable, Sendable {
  package let id: Int64
  package let epoch: Int16

  package init(id: Int64, epoch: Int16) {
    self.id = id
    self.epoch = epoch
  }
}

public import Varve

/// The dead letters in a topic: looking at them, and sending them back.
///
/// ```swift
/// let dead = varve.deadLetters("mails.dead")
/// let sent = try await dead.redrive(max: 100)
/// ```
public struct DeadLetters: Sendable {
  public let topic: String
  let varve: Varve

  /// The letters, the oldest of each partition first.
  ///
  /// Throws `.log` where the topic is missing or cannot be read.
  public func list(
    from start: StartPosition = .earliest, max: Int = .max
  ) async throws(QueueError) -> [DeadLetter] {
    var letters: [DeadLetter] = []
    do throws(VarveError) {
      for partition in try await varve.describeTopic(topic).partitions {
        var reader = try await varve.reader(
          topic, partition: partition.id.partition, from: start, isolation: .readCommitted)
        while letters.count < max, let batch = try await reader.fetch() {
          for record in batch where letters.count < max {
            letters.append(DeadLetter(record, at: partition.id))
          }
        }
      }
    } catch { throw unreadable(error) }
    return letters
  }

  /// The letter at an offset; nil where there is none.
  public func letter(
    partition: Int32, offset: Offset
  ) async throws(QueueError) -> DeadLetter? {
    do throws(VarveError) {
      var reader = try await varve.reader(topic, partition: partition, from: .offset(offset))
      guard let batch = try await reader.fetch(),
        let record = batch.first(where: { $0.offset == offset })
      else { return nil }
      return DeadLetter(record, at: batch.source)
    } catch { throw unreadable(error) }
  }

  func unreadable(_ error: any Error) -> QueueError {
    QueueError(.log, "the dead letters in '\(topic)' cannot be read: \(error)", cause: error)
  }
}

extension Varve {
  /// The dead letters of a topic, which a queue `NAME` has in `NAME.dead`.
  public func deadLetters(_ topic: String) -> DeadLetters {
    DeadLetters(topic: topic, varve: self)
  }
}

import Testing
import VarveBase
import VarveServer
import VarveTestKit

/// Goal: replies are sent in the order of their requests, a request passes another only where that
/// lets it, and a client that does not take its replies is not listened to. Method: random
/// schedules of requests, passes, answers and sends against lists.
@Suite struct ConversationTests {
  private static func frame(_ number: UInt8, count: Int = 1) -> [UInt8] {
    withUnsafeBytes(of: Int32(count).bigEndian) { Array($0) }
      + [UInt8](repeating: number, count: count)
  }

  private static func reply(_ bytes: [UInt8]) -> Gather { Gather([ByteSlice(bytes)]) }

  private static func take(_ conversation: inout Conversation, _ count: Int) -> [UInt8] {
    let bytes = conversation.outbox.pieces.flatMap { Array($0) }.prefix(count)
    conversation.sent(bytes.count)
    return Array(bytes)
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `replies leave in the order of their requests`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var conversation = Conversation()
    var open: [(ticket: Conversation.Ticket, number: UInt8)] = []
    var sent: [UInt8] = []
    var begun: UInt8 = 0
    while begun < 200 || !open.isEmpty {
      conversation.beginTurn()
      if conversation.wantsBytes && begun < 200 {
        conversation.receive(ByteSlice(Self.frame(begun)))
      }
      if let (ticket, frame) = try conversation.next() {
        #expect(Array(frame) == [begun])
        open.append((ticket, begun))
        begun += 1
      }
      if let last = open.last, Bool.random(using: &generator) { conversation.letPass(last.ticket) }
      if let index = open.indices.randomElement(using: &generator), Bool.random(using: &generator) {
        let (ticket, number) = open.remove(at: index)
        conversation.answer(ticket, Self.reply([number, number]))
      }
      sent += Self.take(&conversation, Int.random(in: 0...5, using: &generator))
    }
    sent += Self.take(&conversation, .max)
    #expect(sent == (0..<200).flatMap { [UInt8($0), UInt8($0)] })
    let isIdle = conversation.isIdle
    #expect(isIdle)
  }

  @Test func `no request is begun before the one before it is answered`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice(Self.frame(1) + Self.frame(2)))
    let first = try #require(try conversation.next())
    let blocked = try conversation.next()
    #expect(blocked == nil)
    let wantsBytes = conversation.wantsBytes
    #expect(!wantsBytes)
    conversation.answer(first.ticket, Self.reply([1]))
    let second = try #require(try conversation.next())
    #expect(Array(second.frame) == [2])
  }

  @Test func `a request that lets others pass keeps their replies back`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice(Self.frame(1) + Self.frame(2)))
    let first = try #require(try conversation.next())
    conversation.letPass(first.ticket)
    let second = try #require(try conversation.next())
    conversation.answer(second.ticket, Self.reply([2]))
    #expect(Self.take(&conversation, 10) == [])
    conversation.answer(first.ticket, Self.reply([1]))
    #expect(Self.take(&conversation, 10) == [1, 2])
  }

  @Test func `G27: a client that does not take its replies is not listened to`() throws {
    var limits = Conversation.Limits()
    limits.unsentBytesMax = 10
    var conversation = Conversation(limits: limits)
    conversation.receive(ByteSlice(Self.frame(1) + Self.frame(2)))
    let first = try #require(try conversation.next())
    conversation.answer(first.ticket, Self.reply(Array(repeating: 9, count: 11)))
    let blocked = try conversation.next()
    #expect(blocked == nil)
    #expect(Self.take(&conversation, 1) == [9])
    let second = try conversation.next()
    #expect(second != nil)
  }

  @Test func `G27: a client that asks much at once lets others have their turn`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice((0..<250).flatMap { Self.frame($0) }))
    var turns: [Int] = []
    while conversation.hasRequests {
      conversation.beginTurn()
      turns.append(0)
      while let (ticket, _) = try conversation.next() {
        conversation.answer(ticket, nil)
        turns[turns.count - 1] += 1
      }
    }
    #expect(turns == [100, 100, 50])
  }

  @Test func `requests that were not answered are bounded`() throws {
    var limits = Conversation.Limits()
    limits.requestsMax = 3
    var conversation = Conversation(limits: limits)
    conversation.receive(ByteSlice((0..<5).flatMap { Self.frame($0) }))
    for _ in 0..<3 {
      let (ticket, _) = try #require(try conversation.next())
      conversation.letPass(ticket)
    }
    let fourth = try conversation.next()
    #expect(fourth == nil)
  }

  @Test func `what a client wants no reply to takes no place in the order`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice(Self.frame(1) + Self.frame(2)))
    let first = try #require(try conversation.next())
    conversation.answer(first.ticket, nil)
    let second = try #require(try conversation.next())
    conversation.answer(second.ticket, Self.reply([2]))
    #expect(Self.take(&conversation, 10) == [2])
  }

  @Test func `a conversation that ends answers what was begun and begins no more`() throws {
    var conversation = Conversation()
    conversation.receive(ByteSlice(Self.frame(1) + Self.frame(2)))
    let first = try #require(try conversation.next())
    conversation.end()
    conversation.answer(first.ticket, Self.reply([1]))
    let second = try conversation.next()
    #expect(second == nil)
    #expect(Self.take(&conversation, 10) == [1])
    let isIdle = conversation.isIdle
    #expect(isIdle)
  }
}

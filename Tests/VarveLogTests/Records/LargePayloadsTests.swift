import Synchronization
import Testing
import VarveBase
import VarveLog

/// Goal: of batches that stand for much, one at a time is in memory, and nobody waits for it.
/// Method: the turn is taken by the test, or by decompressors that share it.
@Suite struct LargePayloadsTests {
  static let codecs = CompressionCodec.allCases.filter { $0 != .none && $0.isAvailable }
  private static let ordinary = LargePayloads.ordinaryByteCountMax
  /// What a record of so many bytes takes around its value.
  private static let around = 13

  private let payloads = LargePayloads()

  @Test(
    "G27: a large batch is busy while another has the turn, a small one never", arguments: codecs)
  func busy(codec: CompressionCodec) throws {
    let large = try batch(codec, payload: Self.ordinary + 1)
    let small = try batch(codec, payload: Self.ordinary)
    withExtendedLifetime(Held(payloads.take())) {
      #expect(!isFree)
      var decompressor = RecordBatchDecompressor(sharing: payloads)
      #expect(size(of: large, &decompressor) == .failure(.busy))
      #expect(size(of: small, &decompressor) == .success(Self.ordinary))
      var other = RecordBatchDecompressor(sharing: LargePayloads())
      #expect(size(of: large, &other) == .success(Self.ordinary + 1))
    }
    var decompressor = RecordBatchDecompressor(sharing: payloads)
    #expect(size(of: large, &decompressor) == .success(Self.ordinary + 1))
    #expect(isFree)
  }

  @Test("G27: the turn is given back after a batch that is refused", arguments: codecs)
  func refused(codec: CompressionCodec) throws {
    let bomb = try batch(codec, payload: 8 << 20)
    var decompressor = RecordBatchDecompressor(sharing: payloads)
    #expect(size(of: bomb, limit: 8 << 20 - 1, &decompressor) == .failure(.tooLarge))
    #expect(isFree)
    #expect(size(of: bomb, &decompressor) == .success(8 << 20))
    #expect(isFree)
  }

  @Test(arguments: codecs)
  func `a decompressor with the turn unpacks one large batch and gives it back`(
    codec: CompressionCodec
  ) throws {
    let large = try batch(codec, payload: Self.ordinary + 1)
    var decompressor = RecordBatchDecompressor(sharing: payloads, payloads.take())
    #expect(!isFree)
    #expect(size(of: large, &decompressor) == .success(Self.ordinary + 1))
    #expect(isFree)
  }

  @Test func `who waits is called once, when the turn is given back, and at once where it is free`()
    async
  {
    let calls = Mutex(0)
    let count = { @Sendable in calls.withLock { $0 += 1 } }
    payloads.whenFree(count)
    #expect(calls.withLock { $0 } == 1)
    withExtendedLifetime(Held(payloads.take())) {
      payloads.whenFree(count)
      payloads.whenFree(count)
      #expect(calls.withLock { $0 } == 1)
    }
    #expect(calls.withLock { $0 } == 3)
    #expect(isFree)
    #expect(calls.withLock { $0 } == 3)
    _ = await payloads.turn()
  }

  @Test("G27: a batch that takes much leaves no memory to the partition", arguments: codecs)
  func rewritten(codec: CompressionCodec) throws {
    let large = try batch(codec, payload: 16 << 20)
    let small = try batch(codec, payload: 100_000)
    var reencoder = BatchReencoder(.none)
    func rewrite(_ batch: [UInt8]) throws -> Int {
      let header = try RecordBatch.checkedHeader(batch.span.bytes)
      return try reencoder.withBatch(batch.span.bytes, header) { $0.byteCount }
    }
    #expect(try rewrite(small) > 100_000)
    let kept = reencoder.byteCount
    #expect(kept > 100_000)
    #expect(try rewrite(large) > 16 << 20)
    #expect(reencoder.byteCount < kept)
    var damaged = large
    damaged[damaged.count - 1] ^= 1
    #expect(throws: LogError.self) { _ = try rewrite(damaged) }
    #expect(reencoder.byteCount < kept)
    #expect(try rewrite(small) > 100_000)
  }

  /// A turn that may be held by a closure.
  private final class Held {
    private let turn: LargePayloads.Turn?

    init(_ turn: consuming LargePayloads.Turn?) { self.turn = turn }
  }

  private var isFree: Bool {
    if let _ = payloads.take() { true } else { false }
  }

  private func size(
    of batch: [UInt8], limit: Int = 16 << 20, _ decompressor: inout RecordBatchDecompressor
  ) -> Result<Int, Refusal> {
    do throws(RecordBatchError) {
      let header = try RecordBatch.checkedHeader(batch.span.bytes)
      return .success(
        try decompressor.withPayload(of: batch.span.bytes, header: header, limit: limit) {
          $0.byteCount
        })
    } catch { return .failure(Refusal(code: error.code)) }
  }

  private struct Refusal: Error, Equatable {
    let code: RecordBatchError.Code
    static let busy = Refusal(code: .busy)
    static let tooLarge = Refusal(code: .tooLarge)
  }

  private func batch(_ codec: CompressionCodec, payload byteCount: Int) throws -> [UInt8] {
    let value = [UInt8](repeating: 0, count: byteCount - Self.around)
    var builder = RecordBatchBuilder(codec: codec)
    try builder.append(timestamp: 0, key: nil, value: ByteSlice(value))
    try builder.finish()
    return array(builder.bytes)
  }
}

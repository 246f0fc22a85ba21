internal import Synchronization
internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// The metrics of a server's clients, for all its loops (KIP-714). What clients push last is on the
/// page of metrics.
final class Telemetry: Sendable {
  /// The numbers of the codecs that clients may use, the one to use first.
  static let codecs = ([.zstd, .lz4, .gzip, .snappy] as [CompressionCodec])
    .filter(\.isAvailable).map { Int8($0.rawValue) }

  /// The most bytes of a push, compressed and not (`telemetry.max.bytes`).
  let bytesMax: Int32
  private let subscriptions: TelemetrySubscriptions
  private let time: any TimeSource
  private let register = Mutex(TelemetryRegister())

  init(_ broker: Broker, _ time: any TimeSource) {
    subscriptions = broker.telemetry
    self.time = time
    bytesMax = broker.serverConfig("telemetry.max.bytes").flatMap { Int32($0) } ?? 1 << 20
  }

  /// The clients that are there, and how many series were not kept.
  var current: TelemetryRegister {
    let now = time.monotonicNanoseconds
    return register.withLock { register in
      register.forgetGone(at: now)
      return register
    }
  }

  /// What a client is to push, or why it is not told.
  func ask(
    _ id: TopicID, _ identity: TelemetryClient.Identity
  ) -> (TelemetryClient.Subscription, ErrorCode) {
    let (all, now) = (subscriptions.current, time.monotonicNanoseconds)
    return register.withLock { $0.ask(id, identity, all, at: now) }
  }

  /// Takes what a client pushes.
  func push(_ request: PushTelemetryRequest, _ identity: TelemetryClient.Identity) -> ErrorCode {
    let id = request.clientInstanceID
    guard id != .zero else { return .invalidRequest }
    let codec = CompressionCodec(rawValue: UInt8(bitPattern: request.compressionType))
    let push = TelemetryRegister.Push(
      id, subscriptionID: request.subscriptionID, isLast: request.isTerminating,
      codec: codec, byteCount: request.metrics.count, bytesMax: Int(bytesMax))
    let (all, now) = (subscriptions.current, time.monotonicNanoseconds)
    let code = register.withLock { $0.push(push, identity, all, at: now) }
    guard code == .none, let codec, !request.metrics.isEmpty else { return code }
    let result = read(request.metrics, codec)
    register.withLock { $0.keep(result, of: id) }
    if case .failure(let refusal) = result { return refusal.code }
    return .none
  }

  private func read(
    _ bytes: ByteSlice, _ codec: CompressionCodec
  ) -> Result<PushedMetrics, TelemetryRefusal> {
    var decompressor = RecordBatchDecompressor()
    do {
      let plain = try decompressor.bytes(of: bytes, codec: codec, limit: Int(bytesMax))
      return .success(try PushedMetrics(plain))
    } catch let error as RecordBatchError where error.code == .tooLarge {
      return .failure(TelemetryRefusal(.telemetryTooLarge))
    } catch { return .failure(TelemetryRefusal(.invalidRecord)) }
  }
}

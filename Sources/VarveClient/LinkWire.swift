internal import VarveBase

/// A connection with the frames that come and go on it. On the connection's thread.
struct LinkWire: ~Copyable {
  private let channel: ClientChannel
  private var frames: FrameAssembly
  private var outgoing = OutgoingFrames()

  /// - Parameter responseBytesMax: the largest frame that memory is taken for.
  init(_ channel: consuming ClientChannel, responseBytesMax: Int) {
    self.channel = channel
    frames = FrameAssembly(max: responseBytesMax)
  }

  mutating func add(_ frame: ByteSlice) { outgoing.add(frame) }

  /// Sends what the system takes.
  mutating func send() throws(ClientError) {
    try outgoing.send(to: channel)
    try channel.flush()
  }

  /// The next frame that has arrived whole; nil where it is still to come.
  mutating func next() throws(ClientError) -> ByteSlice? { try frames.next(from: channel) }

  /// Blocks the thread until something can be done, or the time has come.
  func wait(
    _ wakeDescriptor: Int32? = nil, until deadline: ContinuousClock.Instant?
  ) -> ReadyDescriptors {
    ReadyDescriptors.wait(
      for: channel.descriptor, isWriting: !outgoing.isEmpty || channel.hasUnsent,
      wakeDescriptor: wakeDescriptor, until: deadline)
  }
}

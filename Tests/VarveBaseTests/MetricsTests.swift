import Testing
import VarveBase

@Suite struct MetricsTests {
  @Test func `metrics are read by name in the order in which they were made`() async {
    var registry = MetricsRegistry()
    let bytes = registry.counter("varve_bytes_total", "Bytes appended.")
    let segments = registry.gauge("varve_segments", "Segments kept.")
    segments.set(7)
    segments.add(-2)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { for _ in 0..<1000 { bytes.add(3) } } }
    }
    #expect(registry.metrics.map(\.name) == ["varve_bytes_total", "varve_segments"])
    #expect(registry.metrics.map(\.help) == ["Bytes appended.", "Segments kept."])
    #expect(registry.metrics.map(\.value) == [12_000, 5])
  }

  @Test func `two metrics of one name are a bug`() async {
    await #expect(processExitsWith: .failure) {
      var registry = MetricsRegistry()
      _ = registry.counter("varve_bytes_total", "Bytes appended.")
      _ = registry.gauge("varve_bytes_total", "Others.")
    }
  }
}

@Suite struct LimitsTests {
  @Test func `the limits fit one another`() {
    // A batch's length field, 32 bits with a sign, counts what follows its first 12 bytes.
    #expect(Limits.batchBytesMax - 12 <= Int(Int32.max))
    #expect(Limits.batchBytesMax <= Limits.segmentBytesMax)
    let most = Limits.batchHeaderBytes + Limits.recordsPerBatchMax * Limits.recordBytesMin
    #expect((Limits.batchBytesMax - Limits.recordBytesMin..<Limits.batchBytesMax).contains(most))
    #expect(Limits.recordsPerBatchMax == 306_783_369)
    #expect(Int64(Limits.recordsPerBatchMax) <= Limits.offsetDeltaMax)

    let name = String(repeating: "a", count: TopicName.byteCountMax)
    let longest = "\(name)-\(Limits.partitionsPerTopicMax - 1)"
    #expect(longest.utf8.count == Limits.fileNameBytesMax)
    let spare = Limits.mappingsMax - Limits.partitionsMax * Limits.mappingsPerPartition
    #expect(spare == 5_530)
  }
}

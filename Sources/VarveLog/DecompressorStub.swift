internal import VarveBase
struct RecordBatchDecompressor {
  mutating func payload(of batch: RawSpan, header: RecordBatchHeader, limit: Int)
    throws(RecordBatchError) -> ByteSlice
  { throw RecordBatchError(.decompression, "codecs are on their way") }
}

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Kafka's own classes of records as an oracle: Oracle DIRECTORY. Every batch of every segment has
 * to be valid for them, and one that is not compressed has to be what they write of its records,
 * byte for byte. Prints a line for each that is not, and a last one with how many are.
 */
public final class Oracle {
  private int batches;
  private int rewritten;

  public static void main(String[] words) throws IOException {
    Oracle oracle = new Oracle();
    try (Stream<Path> files = Files.walk(Path.of(words[0]))) {
      List<Path> segments =
          files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
      for (Path segment : segments) {
        oracle.read(segment.toFile());
      }
    }
    System.out.println(oracle.batches + " batches, " + oracle.rewritten + " of them written anew");
  }

  private void read(File segment) throws IOException {
    try (FileRecords records = FileRecords.open(segment, false)) {
      int read = 0;
      for (RecordBatch batch : records.batches()) {
        compare(segment, batch);
        read += batch.sizeInBytes();
      }
      if (read != segment.length()) {
        System.out.println(segment + ": " + read + " bytes in batches of " + segment.length());
      }
    }
  }

  private void compare(File segment, RecordBatch batch) {
    batches += 1;
    batch.ensureValid();
    int count = 0;
    for (Record record : batch) {
      record.ensureValid();
      count += 1;
    }
    String place = segment + " at offset " + batch.baseOffset();
    if (count != batch.countOrNull()) {
      System.out.println(place + ": " + count + " records, not " + batch.countOrNull());
    }
    if (batch.compressionType() == CompressionType.NONE && !lacksSequence(batch)) {
      rewritten += 1;
      ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
      batch.writeTo(bytes);
      bytes.flip();
      ByteBuffer theirs = batch.isControlBatch() ? marker(batch) : rewrite(batch);
      if (!bytes.equals(theirs)) {
        System.out.println(place + ": differs at byte " + bytes.mismatch(theirs) + " of " + batch);
      }
    }
  }

  /**
   * A batch that these classes read, and refuse to write: offsets of a transaction have no sequence
   * here, where Kafka's have 0.
   */
  private static boolean lacksSequence(RecordBatch batch) {
    return batch.hasProducerId() && batch.baseSequence() < 0 && !batch.isControlBatch();
  }

  private static ByteBuffer marker(RecordBatch batch) {
    Record record = batch.iterator().next();
    return MemoryRecords.withEndTransactionMarker(
        batch.baseOffset(), record.timestamp(), batch.partitionLeaderEpoch(), batch.producerId(),
        batch.producerEpoch(), EndTransactionMarker.deserialize(record)).buffer();
  }

  private static ByteBuffer rewrite(RecordBatch batch) {
    MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
        ByteBuffer.allocate(batch.sizeInBytes()), RecordBatch.CURRENT_MAGIC_VALUE,
        Compression.NONE, batch.timestampType(), batch.baseOffset(), batch.maxTimestamp(),
        batch.producerId(), batch.producerEpoch(), batch.baseSequence(), batch.isTransactional(),
        false, batch.partitionLeaderEpoch(), Integer.MAX_VALUE);
    for (Record record : batch) {
      builder.appendWithOffset(
          record.offset(), record.timestamp(), record.key(), record.value(), record.headers());
    }
    builder.overrideLastOffset(batch.lastOffset());
    return builder.build().buffer();
  }
}

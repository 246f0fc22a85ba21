import Testing
import VarveTestKit

/// Goal: a client of Kafka does not know that what it reads has gone cold. Method: kcat and the
/// built program; what is consumed is compared with what was produced.
@Suite struct ColdClientTests {
  @Test("G13: kcat reads segments that were compressed when they had gone cold, from any offset")
  func kcat() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      command -v kcat >/dev/null || { echo "kcat is missing: make test installs it" >&2; exit 9; }
      varve topic create events --config varve.cold.compression=gzip \
        --config varve.cold.compression.after.ms=1 --config segment.ms=1000 \
        --config retention.ms=-1
      awk 'BEGIN { for (i = 0; i < 20000; i++) printf \
        "%.0f {\\"id\\":%d,\\"city\\":\\"Umea\\",\\"temperature\\":%d,\\"unit\\":\\"C\\"}\\n", \
        1262304000000 + i, i, i % 40 }' >lines
      cut -d ' ' -f 2- lines >values
      split -l 2000 lines part-
      for part in part-*; do
        varve topic produce events --time-separator ' ' --file $part
      done
      varve log upkeep | awk '$1 == "events-0" { print ($2 > 4 * $3) ? "shrunk" : $0 }'
      varve log stat log/events-0 | awk '$1 == "events-0" { print $9 }'
      mkfifo said
      varve serve --listen 127.0.0.1:0 2>said &
      read -r line <said
      B=${line##* }
      kcat -q -b $B -C -t events -o beginning -e | cmp - values && echo all
      for from in 1999 7777 19999; do
        kcat -q -b $B -C -t events -o $from -e >read
        tail -n +$((from + 1)) values | cmp - read && echo $from
      done
      kcat -q -m 300 -b $B -Q -t events:0:1262304007777
      kill -TERM %1; wait %1
      """)
    #expect(
      outcome.text == """
        shrunk
        gzip,none
        all
        1999
        7777
        19999
        events [0] offset 7777

        """, "\(outcome.errors)")
  }
}

import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: the program as one file, for a container with nothing in it but the C library. Method:
/// what the loader says of the file, and kcat against a server that nobody runs, who may become
/// nobody else.
@Suite struct StaticProgramTests {
  private static let program = BuiltProgram.beside("static/varve")

  @Test(
    "G71: it needs the C library alone, is small, and serves without privileges",
    .enabled(if: program != nil, "`make static` builds it"))
  func unprivileged() async throws {
    let program = try #require(Self.program)
    let outcome = try await BuiltProgram().shell(
      """
      ldd \(program) | sed 's/^[[:space:]]*//; s/[ .].*//' | sort
      [ $(stat -c %s \(program)) -le 25000000 ] && echo small
      mkfifo said
      mkdir data
      chmod 777 . data
      nobody="setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --no-new-privs"
      [ "$(id -u)" = 0 ] || nobody=
      $nobody \(program) serve --at data --listen 127.0.0.1:0 2>said &
      pid=$!
      read -r line <said
      B=${line##* }
      seq 3 | kcat -q -b $B -P -t numbers
      kcat -q -b $B -C -t numbers -o beginning -e
      sed -n 's/^CapEff:.//p' /proc/$pid/status
      kill -TERM %1
      wait %1
      echo "ended with $?"
      """)
    #expect(outcome.errors == "")
    #expect(
      outcome.text.split(separator: "\n") == [
        "/lib64/ld-linux-x86-64", "libc", "libm", "linux-vdso", "small", "1", "2", "3",
        "0000000000000000", "ended with 0",
      ])
  }
}

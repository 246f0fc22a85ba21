import Foundation
import Testing
import VarveTestKit
import VarveTestSupport

/// Goal: a server makes do with little memory, however much is in its log. Method: the kernel's own
/// limit of a control group, which counts the page cache too.
@Suite struct SmallMemoryTests {
  /// Where groups with a limit can be made, and the name of the limit there; nil where they cannot.
  private static let place: (directory: String, limit: String)? = {
    let (first, second) = ("/sys/fs/cgroup/memory", "/sys/fs/cgroup")
    if access(first + "/memory.limit_in_bytes", R_OK) == 0, access(first, W_OK) == 0 {
      return (first, "memory.limit_in_bytes")
    }
    let given = try? String(contentsOfFile: second + "/cgroup.subtree_control", encoding: .utf8)
    guard given?.contains("memory") == true, access(second, W_OK) == 0 else { return nil }
    return (second, "memory.max")
  }()

  @Test(
    "G72: a server serves in 64 MiB what is larger than that",
    .enabled(if: place != nil, "only root makes control groups, where they are not read-only"))
  func limited() async throws {
    let (directory, limit) = try #require(Self.place)
    let outcome = try await BuiltProgram().shell(
      """
      group=\(directory)/varve-test-$$
      mkdir $group
      echo $((64 << 20)) >$group/\(limit)
      mkfifo said
      sh -c "echo \\$\\$ >$group/cgroup.procs; exec varve serve --listen 127.0.0.1:0" 2>said &
      read -r line <said
      B=${line##* }
      line='some hundred bytes that are written and read again, over and over, until it is too'
      line="$line much for memory"
      yes "$line" | head -800000 | kcat -q -b $B -P -t lines
      kcat -q -b $B -C -t lines -o beginning -e | uniq -c | sed 's/^ *//'
      [ $(stat -c %s log/lines-0/*0.log) -gt $((64 << 20)) ] && echo larger
      kill -TERM %1
      wait %1
      echo "ended with $?"
      rmdir $group
      """)
    #expect(outcome.errors == "")
    #expect(
      outcome.text == """
        800000 some hundred bytes that are written and read again, over and over, until it is too \
        much for memory
        larger
        ended with 0

        """)
  }
}

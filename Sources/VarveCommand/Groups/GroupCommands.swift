import Varve

/// The commands that look at consumer groups and change those at rest.
enum GroupCommands {
  static let all = [list, describe, reset, delete]

  static let group = Command.Argument(name: "GROUP", help: "the group")

  private static let details = """
    Groups live in the log. The command opens its directory, so that no program may have it open
    meanwhile, or asks the broker that serves it.
    """

  static let list = Command(
    name: "group list", summary: "List the consumer groups", details: details,
    options: [.at, .json],
    examples: [.init(line: "varve group list --at data", purpose: "names, types and states")],
    run: list)

  static let describe = Command(
    name: "group describe", summary: "Show a group's members, and how far it is",
    details: details, arguments: [group], options: [.at, .json],
    examples: [
      .init(
        line: "varve group describe billing --json | jq .lag",
        purpose: "how many records it is behind")
    ],
    run: describe)

  static let reset = Command(
    name: "group reset", summary: "Move a group without members to other offsets",
    details: """
      An offset that a partition does not hold becomes the nearest that it does.

      \(details)
      """,
    arguments: [group],
    options: [
      .at,
      .init(
        name: "to", value: "POSITION",
        help: "earliest, latest, an OFFSET, or @TIMESTAMP (milliseconds since 1970 or ISO 8601)"),
      .init(name: "shift-by", value: "N", help: "so many records forwards; back where negative"),
      .init(
        name: "topic", value: "NAME", repeats: true,
        help: "only this topic; without it, all that the group has committed"),
      .init(name: "dry-run", help: "only say what would be done"), .json,
    ],
    examples: [
      .init(
        line: "varve group reset billing --to @2026-11-24T09:15 --dry-run",
        purpose: "where the group would be"),
      .init(line: "varve group reset billing --shift-by=-100", purpose: "the last hundred again"),
    ],
    run: reset)

  static let delete = Command(
    name: "group delete", summary: "Delete a group without members, or offsets of a group",
    details: """
      With --topic the group stays, and forgets what it has committed for that topic, which none of
      its members may read: then the partitions forgotten are printed.

      \(details)
      """,
    arguments: [group],
    options: [
      .at,
      .init(
        name: "topic", value: "NAME", repeats: true,
        help: "only what is committed for this topic"),
      .json,
    ],
    examples: [
      .init(line: "varve group delete billing", purpose: "it begins anew"),
      .init(
        line: "varve group delete billing --topic orders", purpose: "it reads that no more"),
    ],
    run: delete)
}

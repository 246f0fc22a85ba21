import Foundation
import VarveBase
import VarveLog
import VarveTestKit

// A program that appends for as long as it lives and says what was acknowledged: the one that
// `ProcessCrashTests` kills.
//
//     VarveCrashWriter DIRECTORY group|buffered SEED
//     VarveCrashWriter traced DIRECTORY COUNT NAME=VALUE…
//     VarveCrashWriter delivering DIRECTORY atMostOnce|atLeastOnce|effectivelyOnce EFFECTS
//
// The second form is `SystemCallTests`', see `TracedWriter`; the third is `DeliveryKillTests`', see
// `DeliveringWriter`. The first goes on for ever.
// Each acknowledgement is a line with the last offset of a batch; the first line is the log's end
// when it was opened.
let arguments = CommandLine.arguments
if arguments.count > 3, arguments[1] == "traced", let count = Int(arguments[3]) {
  try TracedWriter.run(in: arguments[2], count: count, configs: arguments[4...])
  exit(0)
}
if arguments.count == 5, arguments[1] == "delivering",
  let guarantee = DeliveryGuarantee.allCases.first(where: { "\($0)" == arguments[3] })
{
  var writer = try DeliveringWriter(guarantee, effects: arguments[4])
  try await writer.run(in: arguments[2])
  exit(0)
}
guard arguments.count == 4, let durability = Durability(rawValue: arguments[2]),
  let seed = UInt64(arguments[3])
else {
  FileHandle.standardError.write(Data("usage: DIRECTORY group|buffered SEED\n".utf8))
  exit(2)
}

var random = SeededGenerator(seed: seed)
let disk = LocalFileSystem()
let log = try CountedLog.open(in: arguments[1], on: disk).log
let flusher = Flusher(root: arguments[1], on: disk)

func say(_ offset: Offset) { FileHandle.standardOutput.write(Data("\(offset)\n".utf8)) }

say(log.endOffset)
while true {
  let count = Int.random(in: 1...5, using: &random)
  let result = try CountedLog.append(count, to: log)
  if durability == .group { try flusher.waitUntilDurable(log, upTo: result.lastOffset + 1) }
  say(result.lastOffset)
  if Int.random(in: 0..<200, using: &random) == 0 {
    try log.flush()
    try CountedLog.checkpoint(log, in: arguments[1], on: disk)
  }
}

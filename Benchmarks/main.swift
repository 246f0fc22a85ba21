import Glibc

do {
  try await Program.run(Array(CommandLine.arguments.dropFirst()))
} catch {
  let message = Array("\(error)\n".utf8)
  write(STDERR_FILENO, message, message.count)
  exit(1)
}

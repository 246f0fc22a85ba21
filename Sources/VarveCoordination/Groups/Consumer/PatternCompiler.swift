/// A pattern taken apart.
indirect enum PatternNode {
  case empty
  case character(TopicPattern.CharacterSet)
  case check(TopicPattern.Boundary)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// At least and at most so many times; without an upper bound where that is nil.
  case repetition(PatternNode, Int, Int?)
}

/// Turns a pattern into instructions.
struct PatternCompiler {
  private var program: [TopicPattern.Instruction] = []
  /// Nodes visited, which nested repetitions multiply even where they make no instructions.
  private var visits = 0

  mutating func finish() -> [TopicPattern.Instruction] { program + [.match] }

  mutating func compile(_ node: PatternNode) throws(PatternError) {
    visits += 1
    guard program.count < TopicPattern.instructionCountMax,
      visits <= 4 * TopicPattern.instructionCountMax
    else { throw PatternError("expression too large") }
    switch node {
    case .empty: break
    case .character(let set): program.append(.character(set))
    case .check(let boundary): program.append(.check(boundary))
    case .sequence(let nodes): for node in nodes { try compile(node) }
    case .choice(let nodes): try compile(choice: nodes)
    case .repetition(let node, let least, let most): try compile(node, least, most)
    }
  }

  private mutating func compile(choice nodes: [PatternNode]) throws(PatternError) {
    var ends: [Int] = []
    for (index, node) in nodes.enumerated() {
      guard index < nodes.count - 1 else {
        try compile(node)
        break
      }
      let split = reserve()
      try compile(node)
      ends.append(reserve())
      program[split] = .split(split + 1, program.count)
    }
    for end in ends { program[end] = .jump(program.count) }
  }

  private mutating func compile(
    _ node: PatternNode, _ least: Int, _ most: Int?
  ) throws(PatternError) {
    for _ in 0..<least { try compile(node) }
    guard let most else {
      let split = reserve()
      try compile(node)
      program.append(.jump(split))
      program[split] = .split(split + 1, program.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<most {
      splits.append(reserve())
      try compile(node)
    }
    for split in splits { program[split] = .split(split + 1, program.count) }
  }

  /// A place for an instruction whose target is not known yet.
  private mutating func reserve() -> Int {
    program.append(.match)
    return program.count - 1
  }
}

import Testing
import Varve
import VarveBase
import VarveQueues
import VarveTestKit

/// The first scenarios of the article ChoosingADesign: to ask, or to tell.
@Suite(.timeLimit(.hang)) struct ChoosingCallsTests {
  @Test(arguments: Door.allCases)
  func `S25: a login check that nobody answers throws in time, and is not made later`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await varve.createTopic("sessions")
      let sessions = try await varve.requests(
        to: "sessions", repliesIn: "session-replies", requests: .text, replies: .text)
      await #expect(throws: LoginUnavailable.self) {
        _ = try await loggingIn(sessions, "of Ada", patience: .milliseconds(20))
      }
      let checked = Seen<String>()
      // A clock by which the first check's time is over, however quick the machine is.
      let time = ManualTime()
      time.setWallClock(Timestamp(SystemTime().now.rawValue + 60_000))
      var options = AnswerOptions()
      options.time = time
      let answering = options
      try await run {
        try await varve.answer(
          "sessions", group: "logins", requests: .text, replies: .text, options: answering
        ) { (session: String, _) -> String in
          checked.add(session)
          return session == "of Eve" ? "unknown" : "valid"
        }
      } until: {
        for (session, isValid) in [("of Grace", true), ("of Eve", false)] {
          let isLoggedIn = try await loggingIn(sessions, session, patience: .seconds(600))
          #expect(isLoggedIn == isValid)
        }
      }
      #expect(checked.all == ["of Grace", "of Eve"])
    }
  }

  @Test func `S25: an order whose mailer is down and whose client tries again is confirmed once`()
    async throws
  {
    try await Door.inProcess.with { varve in
      var options = WorkQueueOptions()
      options.deduplicationWindow = .seconds(600)
      let mails = try await varve.workQueue("confirmations", jobs: .text, options: options)
      let orders = try await varve.store("orders", values: .text)
      for _ in 0..<2 { try await placing("4711", orders, mails) }
      #expect(try await orders.value(for: "4711")?.value == "placed")
      let (tried, sent) = (Seen<String>(), Seen<String>())
      try await run {
        try await mails.work { order, _ in
          tried.add(order)
          if tried.all.count == 1 { throw Refusal() }
          sent.add(order)
        }
      } until: {
        await sent.reach(1)
      }
      #expect(tried.all == ["4711", "4711"] && sent.all == ["4711"])
      let depth = try await mails.depth()
      #expect(depth.total == 0 && depth.counts.repeated == 1)
    }
  }

  @Test(arguments: Door.allCases)
  func `S25: a card whose answer came too late is authorised once, and the retry gets the answer`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await varve.createTopic("cards")
      let cards = try await varve.requests(
        to: "cards", repliesIn: "card-replies", requests: .text, replies: .text)
      let (bank, authorised) = (Gate(), Seen<String>())
      try await run {
        try await answeringAuthorisations(varve) { order in
          await bank.pass()
          authorised.add(order)
          return "authorised by number \(authorised.all.count)"
        }
      } until: {
        await #expect(throws: QueueError.self) {
          _ = try await authorising(cards, "4711", patience: .milliseconds(20))
        }
        bank.open()
        for _ in 0..<2 {
          let answer = try await authorising(cards, "4711", patience: .seconds(600))
          #expect(answer == "authorised by number 1")
        }
      }
      #expect(authorised.all == ["4711"])
    }
  }

  @Test func `S25: a report whose worker is killed goes on, and tells how far it is meanwhile`()
    async throws
  {
    let written = Seen<Int>()
    try await afterKill { varve, kill in
      let reports = try await varve.workQueue("reports", jobs: .text)
      let progress = try await varve.store("report-progress", values: .text)
      #expect(try await askingForProgress(progress) == "not begun")
      try await reports.enqueue("sales-2026")
      try await writingReports(reports, progress) { page in
        if page == 3 { try await kill.now() }
        written.add(page)
      }
    } then: { varve in
      let reports = try await varve.workQueue("reports", jobs: .text)
      let progress = try await varve.store("report-progress", values: .text)
      #expect(try await askingForProgress(progress) == "2 of 5")
      try await run {
        try await writingReports(reports, progress) { written.add($0) }
      } until: {
        try await varve.reach(7, in: "report-progress")
      }
      #expect(try await askingForProgress(progress) == "5 of 5")
      #expect(written.all == [1, 2, 1, 2, 3, 4, 5])
      #expect(try await reports.depth().total == 0)
    }
  }

  @Test(arguments: Door.allCases)
  func `S25: an order that was placed while mail is down reaches billing and stock, and mail later`(
    _ door: Door
  ) async throws {
    try await door.with { varve in
      try await varve.createTopic("placed")
      try await announcing(try varve.producer())
      let heard = Seen<String>()
      try await run {
        try await withThrowingTaskGroup(of: Void.self) { services in
          for service in ["billing", "stock"] {
            services.addTask {
              try await hearing(varve, as: service) { heard.add("\(service): \($0.text ?? "")") }
            }
          }
          try await services.waitForAll()
        }
      } until: {
        await heard.reach(2)
      }
      #expect(Set(heard.all) == ["billing: 2 apples", "stock: 2 apples"])
      try await run {
        try await hearing(varve, as: "mail") { heard.add("mail: \($0.text ?? "")") }
      } until: {
        await heard.reach(3)
      }
      #expect(heard.all.last == "mail: 2 apples")
    }
  }
}

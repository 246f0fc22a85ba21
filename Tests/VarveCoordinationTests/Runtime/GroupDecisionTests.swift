import Testing
import VarveCoordination
import VarveProtocol

struct GroupDecisionTests {
  @Test func `a decision names the requests that it answers`() {
    let caller = Caller.test(7, at: 5)
    let decision = GroupDecision<Void>(effects: [.join(caller.request, .success(.init()))])
    #expect(decision.answered == [RequestID(7)])
    #expect(caller.newMemberID == "client-7")
  }
}

import Testing
import Varve
import VarveCoordination

struct GroupAssignorTests {
  @Test(arguments: [
    GroupAssignor.uniform, .range, .roundRobin, .sticky,
  ])
  func `the coordinator has every assignor that has a name here`(_ assignor: GroupAssignor) {
    #expect(Assignors.named(assignor.name)?.name == assignor.name)
  }
}

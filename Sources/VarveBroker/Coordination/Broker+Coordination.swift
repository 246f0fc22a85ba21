extension Broker {
  /// Does what is due in coordinators by the broker's clock, on this thread, until nothing is: ends
  /// sessions, say. For those who have upkeep turned off; otherwise it is done when it is due.
  package func runCoordinators() { coordinatorTimer.runDue() }
}

/// That the rules of the metadata log are in force (`authorizer.class.name`).
package struct AccessOptions: Sendable {
  /// Who may do everything, `User:admin` say (`super.users`).
  package var superUsers: Set<String> = []
  /// Whether everybody may do everything with what no rule is about
  /// (`allow.everyone.if.no.acl.found`).
  package var allowsWithoutRules = false

  package init() {}
}

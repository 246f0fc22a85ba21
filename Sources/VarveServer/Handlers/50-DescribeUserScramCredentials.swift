internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// DescribeUserScramCredentials: which mechanisms users have passwords for, and never the passwords
// (KIP-554). Version 0.
extension Handler {
  static let describeUserScramCredentials = Handler(
    answering: DescribeUserScramCredentialsRequest.self
  ) { request, context in
    let known = Dictionary(grouping: context.broker.credentials(), by: \.name)
    var response = DescribeUserScramCredentialsResponse()
    if let refusal = context.access.clusterRefusal(.describe) {
      response.errorCode = refusal
      return response
    }
    guard let users = request.users, !users.isEmpty else {
      response.results = known.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
      return response
    }
    var counts: [String: Int] = [:]
    for user in users { counts[user.name, default: 0] += 1 }
    var answered: Set<String> = []
    for user in users where answered.insert(user.name).inserted {
      var result = DescribeUserScramCredentialsResponse.Result(user.name, known[user.name] ?? [])
      if counts[user.name] != 1 {
        result = .init(user.name, [])
        result.errorCode = .duplicateResource
        result.errorMessage = "user '\(user.name)' is named more than once"
      } else if result.credentials.isEmpty {
        result.errorCode = .resourceNotFound
        result.errorMessage = "user '\(user.name)' has no SCRAM credential"
      }
      response.results.append(result)
    }
    return response
  }
}

extension DescribeUserScramCredentialsResponse.Result {
  fileprivate init(_ user: String, _ records: [UserScramCredentialRecord]) {
    self.init()
    self.user = user
    credentials = records.map { record in
      var credential = Credential()
      credential.mechanism = record.mechanism
      credential.iterations = record.iterations
      return credential
    }
  }
}

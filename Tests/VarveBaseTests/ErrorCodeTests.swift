import Testing
import VarveBase

/// Oracle: the names in Kafka's table of errors.
struct ErrorCodeTests {
  @Test(
    arguments: [
      (-1, "UNKNOWN_SERVER_ERROR"), (0, "NONE"), (24, "INVALID_GROUP_ID"),
      (33, "UNSUPPORTED_SASL_MECHANISM"), (48, "INVALID_TXN_STATE"),
      (49, "INVALID_PRODUCER_ID_MAPPING"), (53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
      (58, "SASL_AUTHENTICATION_FAILED"), (69, "GROUP_ID_NOT_FOUND"), (79, "MEMBER_ID_REQUIRED"),
      (105, "TRANSACTIONAL_ID_NOT_FOUND"), (106, "FETCH_SESSION_TOPIC_ID_ERROR"),
    ] as [(Int16, String)])
  func `an error has the name that Kafka has for it`(_ number: Int16, _ name: String) {
    #expect(ErrorCode(rawValue: number)?.kafkaName == name)
  }
}

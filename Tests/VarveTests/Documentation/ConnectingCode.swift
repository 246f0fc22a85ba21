import Testing
import Varve

// The code of the article Connecting to brokers.

func connecting(_ varve: Varve) async throws {
  let service = try await varve.serve(port: 0)
  let address = service.address
  // snippet
  let remote = try await Varve.connect(to: address)
  var options = Producer.Options()
  options.isIdempotent = true
  let producer = try remote.producer(options: options)
  try await producer.send("orders", key: "c-42", value: "2 apples")
  try await remote.close()
  // end
  await service.stop()
}

func connectingSecurely(_ password: String) async throws {
  // snippet
  var secure = Varve.ConnectOptions()
  secure.security.tls = .init(authorityFile: "authority.pem")
  secure.security.login = .init(user: "alice", password: password)
  let remote = try await Varve.connect(to: "log.example.org:9093", options: secure)
  // end
  try await remote.close()
}
